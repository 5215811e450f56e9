package dev.steppe.client.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Proves how IPv6 networks are read, counted and written. */
class Subnet6Test {
    @Test
    void a_network_is_written_short_and_counts_its_addresses() {
        var subnet = Subnet6.parse("FD12:3456::9:0:ffff/112");
        assertThat(subnet).hasToString("fd12:3456::9:0:0/112");
        assertThat(subnet.address(1)).isEqualTo("fd12:3456::9:0:1");
        assertThat(subnet.address(0xffff)).isEqualTo("fd12:3456::9:0:ffff");
        assertThat(subnet.size()).isEqualTo(65_536);
        assertThat(Subnet6.parse("fd12::/64").address(0x10000)).isEqualTo("fd12::1:0");
        assertThat(Subnet6.parse("fd12::/64").size()).isEqualTo(1L << 62);
        assertThat(Subnet6.shortened("0:0:0:0:0:0:0:1")).isEqualTo("::1");
        assertThat(Subnet6.shortened("1:0:2:0:3:0:4:5")).isEqualTo("1:0:2:0:3:0:4:5");
    }

    @Test
    void networks_overlap_when_they_share_an_address() {
        var subnet = Subnet6.parse("fd12::/64");
        assertThat(subnet.overlaps(Subnet6.parse("fd12::5"))).isTrue();
        assertThat(subnet.overlaps(Subnet6.parse("fd00::/8"))).isTrue();
        assertThat(subnet.overlaps(Subnet6.parse("fd12:0:0:1::/64"))).isFalse();
    }

    @Test
    void what_is_no_network_is_refused() {
        for (String wrong : new String[] {"10.0.0.0/8", "fd12::/129", "fd12::/x", "fd12::1%eth0", "", "fd12/64"}) {
            assertThatThrownBy(() -> Subnet6.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
