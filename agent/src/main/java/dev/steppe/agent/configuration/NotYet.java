package dev.steppe.agent.configuration;

/**
 * The keys that published configuration files hold and that have no effect here yet. They are refused by name, apart
 * from misspelt ones. A key moves away from here when it begins to work.
 */
final class NotYet {
    static final String TOP = """
            acl addresses advertise audit autopilot consul disable_anonymous_signature disable_update_check enable_debug
            enable_syslog eventlog http_api_response_headers keyring leave_on_interrupt leave_on_terminate license limits
            log_file log_include_location log_json log_level log_rotate_bytes log_rotate_duration log_rotate_max_files
            plugin_dir region reporting rpc sentinel syslog_facility telemetry tls ui vault
            """;
    static final String PORTS = "rpc serf";
    static final String SERVER = """
            acl_token_gc_threshold authoritative_region batch_eval_gc_threshold client_introduction
            csi_plugin_gc_threshold csi_volume_claim_gc_interval csi_volume_claim_gc_threshold data_dir
            default_scheduler_config deploy_query_rate_limit deployment_gc_threshold enable_event_broker
            enabled_schedulers encrypt eval_gc_threshold event_buffer_size failover_heartbeat_ttl heartbeat_grace
            job_default_priority job_gc_interval job_gc_threshold job_max_count job_max_priority job_max_source_size
            job_tracked_versions license_path max_heartbeats_per_second min_heartbeat_ttl node_gc_threshold
            non_voting_server num_schedulers oidc_issuer plan_apply_pipeline plan_rejection_tracker raft_logstore
            raft_multiplier raft_protocol raft_snapshot_interval raft_snapshot_threshold raft_trailing_logs
            redundancy_zone rejoin_after_leave retry_join root_key_gc_interval root_key_gc_threshold
            root_key_rotation_threshold search server_join start_join start_timeout upgrade_version
            """;
    static final String CLIENT = """
            alloc_dir alloc_mounts_dir artifact bind_wildcard_default_host_network bridge_network_hairpin_mode
            bridge_network_subnet_ipv6 cgroup_parent chroot_env client_max_port client_min_port cni_config_dir cni_path
            common_plugin_dir cpu_disable_dmidecode cpu_total_compute default_ineligible disable_remote_exec
            disk_free_mb disk_total_mb drain_on_shutdown fingerprint gc_disk_usage_threshold gc_inode_usage_threshold
            gc_interval gc_max_allocs gc_parallel_destroys gc_volumes_on_node_gc host_network host_volume
            host_volume_plugin_dir host_volumes_dir max_dynamic_port max_kill_timeout memory_total_mb min_dynamic_port
            network_speed no_host_uuid node_max_allocs nomad_service_discovery options preferred_address_family
            reservable_cores reserved server_join servers state_dir template users
            """;
    static final String PLUGIN = "args";
    static final String RAW_EXEC = "denied_envvars denied_host_gids denied_host_uids";
    static final String JAVA = "allow_caps default_ipc_mode default_pid_mode";
    static final String DOCKER = """
            allow_caps allow_runtimes allowed_modes auth container_exists_attempts disable_log_collection extra_labels gc
            image_pull_timeout infra_image infra_image_pull_timeout logging nvidia_runtime oom_score_adj pids_limit
            pull_activity_timeout tls windows_allow_insecure_container_admin
            """;
    static final String DOCKER_VOLUMES = "selinuxlabel";

    private NotYet() {}
}
