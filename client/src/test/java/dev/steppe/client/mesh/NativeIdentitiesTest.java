package dev.steppe.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.mesh.configuration.PrivateKeyPem;
import dev.steppe.mesh.configuration.SpiffeId;
import dev.steppe.mesh.proxy.IdentityPlan;
import dev.steppe.model.AllocationId;
import dev.steppe.security.certificate.Leaf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is given which identity, and who is told when it is renewed. */
class NativeIdentitiesTest {
    private static final AllocationId ONE = new AllocationId("one");
    private static final AllocationId TWO = new AllocationId("two");
    private static final String DOMAIN = "11111111-2222-3333-4444-555555555555.consul";

    @TempDir
    Path directory;

    private NativeIdentities open() throws IOException {
        return NativeIdentities.open(directory.resolve("tokens.key"), new SecureRandom(), Instant.EPOCH);
    }

    private static IdentityPlan plan(AllocationId allocation, String service) {
        return new IdentityPlan(allocation, service, SpiffeId.of(DOMAIN, "dc1", service));
    }

    private static LeafFiles.Credential credential(IdentityPlan plan, String serial) throws Exception {
        return new LeafFiles.Credential(
                new Leaf(
                        dev.steppe.security.identity.SpiffeId.parse(
                                plan.identity().uri()),
                        serial,
                        "",
                        Instant.EPOCH,
                        Instant.EPOCH.plusSeconds(60),
                        "leaf " + serial),
                new PrivateKeyPem("-----BEGIN PRIVATE KEY----- " + serial));
    }

    @Test
    void an_allocation_is_given_its_own_services_and_nothing_else() throws Exception {
        var identities = open();
        var mine = plan(ONE, "users");
        var credential = credential(mine, "01");
        assertThat(identities.find("users", identities.token(ONE))).isInstanceOf(NativeIdentities.Denied.class);
        identities.expect(ONE);
        identities.expect(TWO);
        assertThat(identities.find("users", identities.token(ONE))).isInstanceOf(NativeIdentities.Awaited.class);
        identities.publish(List.of(mine, plan(TWO, "shop")), each -> Optional.empty());
        assertThat(identities.find("users", identities.token(ONE))).isInstanceOf(NativeIdentities.Awaited.class);
        identities.publish(
                List.of(mine, plan(TWO, "shop")),
                each -> Optional.of(credential).filter(it -> each.equals(mine)));
        assertThat(identities.find("users", identities.token(ONE)))
                .isInstanceOfSatisfying(
                        NativeIdentities.Given.class,
                        given -> assertThat(given.credential()).isEqualTo(credential));
        assertThat(identities.find("shop", identities.token(ONE))).isInstanceOf(NativeIdentities.Denied.class);
        assertThat(identities.find("users", identities.token(TWO))).isInstanceOf(NativeIdentities.Denied.class);
        assertThat(identities.find("users", "")).isInstanceOf(NativeIdentities.Denied.class);
        identities.forget(ONE);
        assertThat(identities.find("users", identities.token(ONE))).isInstanceOf(NativeIdentities.Denied.class);
    }

    @Test
    void a_renewed_certificate_has_a_greater_index_and_wakes_who_waits() throws Exception {
        var identities = open();
        var plan = plan(ONE, "users");
        var first = credential(plan, "01");
        var second = credential(plan, "02");
        identities.expect(ONE);
        identities.publish(List.of(plan), each -> Optional.of(first));
        long before = ((NativeIdentities.Given) identities.find("users", identities.token(ONE))).index();
        var told = new AtomicInteger();
        identities.onChange(identities.index(), told::incrementAndGet);
        identities.onChange(identities.index(), () -> told.addAndGet(100)).run();
        identities.publish(List.of(plan), each -> Optional.of(first));
        assertThat(told).hasValue(0);
        identities.publish(List.of(plan), each -> Optional.of(second));
        assertThat(told).hasValue(1);
        var after = (NativeIdentities.Given) identities.find("users", identities.token(ONE));
        assertThat(after.index()).isGreaterThan(before);
        assertThat(after.credential()).isEqualTo(second);
        identities.onChange(before, told::incrementAndGet);
        assertThat(told).hasValue(2);
    }

    @Test
    void tokens_outlive_the_agent_and_their_key_is_its_own() throws Exception {
        var token = open().token(ONE);
        assertThat(open().token(ONE)).isEqualTo(token).isNotEqualTo(open().token(TWO));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("tokens.key"))))
                .isEqualTo("rw-------");
    }
}
