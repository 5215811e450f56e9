package dev.steppe.agent.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steppe.agent.configuration.AddressTemplate.MachineAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves which addresses of a machine the templates of configuration files mean. */
class AddressTemplateTest {
    private static final List<MachineAddress> MACHINE = List.of(
            new MachineAddress("lo", 1, "127.0.0.1", true, true, false),
            new MachineAddress("lo", 1, "::1", true, true, false),
            new MachineAddress("docker0", 2, "172.17.0.1", true, false, false),
            new MachineAddress("eth0", 3, "10.1.2.3", true, false, true),
            new MachineAddress("eth0", 3, "fe80::1", true, false, true),
            new MachineAddress("eth1", 4, "203.0.113.9", true, false, false),
            new MachineAddress("eth2", 5, "192.168.7.7", false, false, false));

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '=', textBlock = """
            10.0.0.7 = 10.0.0.7
            localhost = 127.0.0.1
            ::1 = ::1
            {{ GetPrivateIP }} = 10.1.2.3
            {{GetPublicIP}} = 203.0.113.9
            {{ GetInterfaceIP "docker0" }} = 172.17.0.1
            {{ GetInterfaceIP `eth0` }} = 10.1.2.3
            {{ GetInterfaceIP "eth9" }} = ''
            {{ GetPrivateIPs }} = 10.1.2.3 172.17.0.1
            {{ GetAllInterfaces | include "network" "172.16.0.0/12" | attr "address" }} = 172.17.0.1
            {{ GetPrivateInterfaces | exclude "name" "docker.*" | limit 1 | attr "address" }} = 10.1.2.3
            {{ GetAllInterfaces | include "name" "^eth" | include "type" "IPv4" | include "flags" "up" | sort "-name" | attr "address" }} = 203.0.113.9 10.1.2.3
            {{ GetDefaultInterfaces | attr "address" }} = 10.1.2.3
            {{ GetPrivateInterfaces | join "address" " " }} = 10.1.2.3 172.17.0.1
            127.0.0.1 {{ GetPrivateIP }} = 127.0.0.1 10.1.2.3
            """)
    void a_template_means_these_addresses(String written, String expected) {
        assertThat(String.join(" ", AddressTemplate.resolve(written, MACHINE))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "somewhere",
                "300.1.1.1",
                "{{ GetSecretIP }}",
                "{{ GetInterfaceIP }}",
                "{{ GetAllInterfaces }}",
                "{{ GetAllInterfaces | shuffle | attr \"address\" }}",
                "{{ GetAllInterfaces | include \"colour\" \"red\" | attr \"address\" }}",
                "{{ GetAllInterfaces | include \"name\" \"(\" | attr \"address\" }}",
                "{{ }}"
            })
    void what_is_not_understood_is_refused(String written) {
        assertThatThrownBy(() -> AddressTemplate.check(written)).isInstanceOf(RefusedValueException.class);
    }

    @Test
    void the_private_address_of_the_default_route_comes_first() {
        assertThat(AddressTemplate.resolve("{{ GetPrivateIPs }}", MACHINE)).startsWith("10.1.2.3");
    }
}
