"""Talks to an agent with the official Python clients: official_clients.py NOMAD_PORT CONSUL_PORT [CA_FILE]

With the file of an authority over HTTPS, and the agent's certificate is looked at.
"""

import sys
import time

import consul
import nomad

AUTHORITY = sys.argv[3] if len(sys.argv) > 3 else None


def clients(authority):
    ports = int(sys.argv[1]), int(sys.argv[2])
    if authority is None:
        return nomad.Nomad(host="127.0.0.1", port=ports[0]), consul.Consul(host="127.0.0.1", port=ports[1])
    return (
        nomad.Nomad(host="127.0.0.1", port=ports[0], secure=True, verify=authority),
        consul.Consul(host="127.0.0.1", port=ports[1], scheme="https", verify=authority),
    )


NOMAD, CONSUL = clients(AUTHORITY)

JOB = """
job "web" {
  group "g" {
    count = 2
    network {
      port "http" {}
    }
    service {
      name = "web"
      port = "http"
      tags = ["v1"]
    }
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "echo started; exec sleep 1000"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}
"""


def until(what, condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "waiting for " + what
        time.sleep(0.02)


def statuses():
    return [it["ClientStatus"] for it in NOMAD.job.get_allocations("web")]


def jobs():
    job = NOMAD.jobs.parse(JOB)
    assert job["ID"] == "web"
    evaluation = NOMAD.jobs.register_job({"Job": job})["EvalID"]
    assert NOMAD.evaluation.get_evaluation(evaluation)["JobID"] == "web"
    until("two running allocations", lambda: statuses() == ["running", "running"])
    assert NOMAD.job.get_job("web")["Status"] == "running"
    assert NOMAD.job.get_summary("web")["Summary"]["g"]["Running"] == 2
    assert "web" in NOMAD.jobs and "other" not in NOMAD.jobs
    assert [it["ID"] for it in NOMAD.jobs.get_jobs(prefix="we")] == ["web"]
    assert len(NOMAD.job.get_versions("web")["Versions"]) == 1
    assert [it["JobVersion"] for it in NOMAD.job.get_deployments("web")] == [0]


def allocations():
    allocation = NOMAD.job.get_allocations("web")[0]["ID"]
    assert NOMAD.allocation.get_allocation(allocation)["Job"]["ID"] == "web"
    assert [it["Name"] for it in NOMAD.client.ls.list_files(allocation, "/")] == ["alloc", "t"]
    log = "/alloc/logs/t.stdout.0"
    until("output", lambda: NOMAD.client.cat.read_file(allocation, log) == "started\n")
    assert NOMAD.client.read_at.read_file_offset(allocation, 0, 3, log) == "sta"
    assert NOMAD.client.stat.stat_file(allocation, log)["Size"] == 8


def agents():
    node = NOMAD.nodes.get_nodes()[0]["ID"]
    assert NOMAD.node.get_node(node)["Status"] == "ready"
    assert len(NOMAD.node.get_allocations(node)) == 2
    assert NOMAD.status.leader.get_leader() == NOMAD.status.peers.get_peers()[0]
    assert NOMAD.regions.get_regions() == ["global"]
    assert NOMAD.namespaces.get_namespaces()[0]["Name"] == "default"
    assert NOMAD.agent.get_agent()["member"]["Name"] == NOMAD.agent.get_members()["Members"][0]["Name"]


def catalog():
    until("healthy instances", lambda: len(CONSUL.health.service("web", passing=True)[1]) == 2)
    index, services = CONSUL.catalog.services()
    assert services["web"] == ["v1"]
    assert len({it["ServicePort"] for it in CONSUL.catalog.service("web", tag="v1")[1]}) == 2
    assert CONSUL.health.state("critical")[1] == []
    assert any(it["Service"] == "web" for it in CONSUL.agent.services().values())
    assert CONSUL.agent.self()["Config"]["NodeName"] == CONSUL.catalog.nodes()[1][0]["Node"]
    started = time.monotonic()
    CONSUL.catalog.services(index=index, wait="1s")
    assert time.monotonic() - started < 5
    until("a root", lambda: CONSUL.connect.ca.roots()["ActiveRootID"] != "")


def keys():
    assert CONSUL.kv.put("app/a", "1", flags=7) and CONSUL.kv.put("app/b/c", "2")
    index, entry = CONSUL.kv.get("app/a")
    assert entry["Value"] == b"1" and entry["Flags"] == 7 and int(index) == entry["ModifyIndex"]
    assert CONSUL.kv.get("app/", keys=True, separator="/")[1] == ["app/a", "app/b/"]
    assert [it["Key"] for it in CONSUL.kv.get("app", recurse=True)[1]] == ["app/a", "app/b/c"]
    assert not CONSUL.kv.put("app/a", "3", cas=1)
    assert CONSUL.kv.get("app/none")[1] is None
    assert CONSUL.kv.delete("app/b/", recurse=True) and CONSUL.kv.get("app/b/c")[1] is None
    session = CONSUL.session.create("worker", behavior="delete", ttl=10, lock_delay=0)
    other = CONSUL.session.create()
    assert CONSUL.kv.put("app/leader", "me", acquire=session)
    assert not CONSUL.kv.put("app/leader", "you", acquire=other)
    assert CONSUL.kv.get("app/leader")[1]["Session"] == session
    assert CONSUL.session.renew(session)["ID"] == session
    assert {it["ID"] for it in CONSUL.session.list()[1]} == {session, other}
    assert CONSUL.session.destroy(session) and CONSUL.kv.get("app/leader")[1] is None
    results = CONSUL.txn.put([
        {"KV": {"Verb": "set", "Key": "app/t", "Value": "dHdv"}},
        {"KV": {"Verb": "get", "Key": "app/t"}},
    ])
    assert results["Results"][1]["KV"]["Value"] == "dHdv"


def variables():
    created = NOMAD.variable.create_variable("app/db", {"Items": {"user": "me", "password": "secret"}})
    assert created["Items"]["user"] == "me"
    assert NOMAD.variable.get_variable("app/db")["Items"]["password"] == "secret"
    assert "app/db" in NOMAD.variables
    assert [it["Path"] for it in NOMAD.variables.get_variables(prefix="app")] == ["app/db"]
    try:
        NOMAD.variable.create_variable("app/db", {"Items": {"user": "you"}}, cas=0)
        raise AssertionError("a stale write must be refused")
    except nomad.api.exceptions.VariableConflict:
        pass
    NOMAD.variable.delete_variable("app/db")
    assert "app/db" not in NOMAD.variables


def stop():
    NOMAD.job.deregister_job("web")
    until("complete allocations", lambda: statuses() == ["complete", "complete"])
    until("no instance", lambda: CONSUL.health.service("web")[1] == [])
    NOMAD.job.deregister_job("web", purge=True)
    assert "web" not in NOMAD.jobs


def certificates():
    """Whoever looks at the certificate and does not know its authority does not talk to the agent."""
    if AUTHORITY is None:
        return
    strangers = clients(True)
    for ask in (strangers[0].agent.get_agent, strangers[1].agent.self):
        try:
            ask()
        except Exception as refused:
            assert "CERTIFICATE_VERIFY_FAILED" in f"{refused} {refused!r} {refused.__context__!r}", refused
        else:
            raise AssertionError("the certificate was not looked at")


for step in (certificates, jobs, allocations, agents, catalog, keys, variables, stop):
    step()
    print("ok", step.__name__)
