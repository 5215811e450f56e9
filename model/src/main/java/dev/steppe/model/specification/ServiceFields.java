package dev.steppe.model.specification;

import static dev.steppe.model.specification.Row.constructed;
import static dev.steppe.model.specification.Row.later;
import static dev.steppe.model.specification.Row.never;
import static dev.steppe.model.specification.Row.only;
import static dev.steppe.model.specification.Row.works;

import dev.steppe.model.CheckRestart;
import dev.steppe.model.Service;
import dev.steppe.model.ServiceCheck;
import dev.steppe.model.ServiceWeights;
import java.util.List;

/** What Steppe does with services and their checks. */
final class ServiceFields {

    private ServiceFields() {}

    static List<Block> blocks() {
        return List.of(
                service(),
                check(),
                new Block(
                        CheckRestart.class,
                        "check_restart",
                        List.of(works("limit"), works("grace"), works("ignore_warnings"))),
                new Block(ServiceWeights.class, "weights", List.of(works("passing"), works("warning"))));
    }

    private static Block service() {
        return new Block(
                Service.class,
                "service",
                List.of(
                        works("name"),
                        works("port"),
                        works("tags"),
                        works("meta"),
                        works("address"),
                        works("address_mode"),
                        only(
                                "provider",
                                List.of("consul", "nomad"),
                                "listed in the API of that dialect; DNS knows both"),
                        works("task"),
                        works("check"),
                        works("connect"),
                        only("cluster", List.of("default"), "a region has one catalog"),
                        works("canary_tags", "instead of tags, while it is a canary"),
                        works("canary_meta", "instead of meta, while it is a canary"),
                        works("check_restart"),
                        works("tagged_addresses", "in the catalog, with the service's port"),
                        never(
                                "enable_tag_override",
                                "remove it; tags follow from the job alone, and nobody else changes them"),
                        works("on_update"),
                        later("identity"),
                        works("weights", "in the catalog and in SRV answers; the mesh calls all instances alike"),
                        later("kind", "remove it; gateways are planned")));
    }

    private static Block check() {
        return new Block(
                ServiceCheck.class,
                "check",
                List.of(
                        works("name"),
                        only("type", List.of("http", "tcp", "grpc", "script")),
                        works("path"),
                        works("method"),
                        works("header"),
                        works("body"),
                        only("protocol", List.of("http", "https")),
                        works("port"),
                        works("interval"),
                        works("timeout"),
                        works("initial_status"),
                        works("success_before_passing"),
                        works("failures_before_critical"),
                        constructed("address_mode", "checks run inside the allocation's network"),
                        constructed("expose", "checks run inside the allocation's network"),
                        works("failures_before_warning"),
                        works("check_restart"),
                        works("command"),
                        works("args"),
                        works("task"),
                        works("grpc_service"),
                        works("grpc_use_tls"),
                        works("tls_server_name"),
                        works("tls_skip_verify"),
                        never("advertise", "remove it; checks ask the program itself, inside the allocation's network"),
                        works("notes", "shown with the check in the catalog"),
                        works("on_update")));
    }
}
