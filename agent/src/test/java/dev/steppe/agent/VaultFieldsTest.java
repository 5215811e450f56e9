package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about its tokens for a Vault elsewhere has its effect on a running node. */
class VaultFieldsTest {
    private VaultDouble vault;
    private RunningNode node;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        vault = new VaultDouble();
        vault.lifeSeconds = 2;
        node = RunningNode.start(directory, """
                vault {
                  enabled = true
                  address = "%s"
                  token   = "%s"
                }
                """.formatted(vault.address(), VaultDouble.ROOT));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
        vault.close();
    }

    private static String task(String name, String vault) {
        return """
                task "%s" {
                  driver = "raw_exec"
                  config {
                    command = "/bin/sh"
                    args    = ["-c", "echo [$VAULT_TOKEN]; exec sleep 1000"]
                  }
                  resources {
                    cpu    = 20
                    memory = 20
                  }
                  %s
                }
                """.formatted(name, vault);
    }

    @Test
    void tokens_are_given_kept_and_hidden_as_job_and_tasks_say() throws Exception {
        node.run("""
                job "secretive" {
                  vault {
                    policies = ["of-the-job"]
                  }
                  group "g" {
                    %s
                  }
                }
                """.formatted(task("usual", "") + task("own", """
                        vault {
                          cluster                = "default"
                          policies               = ["one", "two"]
                          env                    = false
                          disable_file           = true
                          allow_token_expiration = true
                          change_mode            = "noop"
                        }
                        """)));
        node.awaitStatus("secretive", "running");
        node.await(
                "both",
                () -> !node.output("secretive", "own").isEmpty()
                        && !node.output("secretive", "usual").isEmpty());
        assertThat(vault.tokens.values().stream().map(Object::toString)).contains("[of-the-job]", "[one, two]");
        assertThat(node.output("secretive", "own")).isEqualTo("[]\n");
        assertThat(node.output("secretive", "usual")).matches("\\[[^]]+]\n");
        var place = node.place("secretive");
        assertThat(place.resolve("own/secrets/vault_token")).doesNotExist();
        assertThat("["
                        + Files.readString(place.resolve("usual/secrets/vault_token"))
                                .strip() + "]\n")
                .isEqualTo(node.output("secretive", "usual"));
        int renewals = vault.renewals.get();
        node.await("renewals of the usual one", () -> vault.renewals.get() >= renewals + 3);
        var own = vault.tokens.entrySet().stream()
                .filter(entry -> entry.getValue().toString().contains("two"))
                .findFirst()
                .orElseThrow()
                .getKey();
        assertThat(vault.renewed).doesNotContain(own).isNotEmpty();
    }
}
