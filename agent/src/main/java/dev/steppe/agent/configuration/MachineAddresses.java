package dev.steppe.agent.configuration;

import dev.steppe.client.node.MachineNetworks;
import java.io.IOException;
import java.util.List;

/** The addresses of this machine, as templates of addresses choose from them. */
public final class MachineAddresses {
    private MachineAddresses() {}

    /** All of them now; empty where the system does not tell. */
    public static List<AddressTemplate.MachineAddress> now() {
        try {
            var machine = MachineNetworks.read();
            return machine.addresses().stream()
                    .map(it -> new AddressTemplate.MachineAddress(
                            it.place().name(),
                            it.place().order(),
                            it.text(),
                            it.place().up(),
                            it.place().loopback(),
                            machine.defaultInterface()
                                    .filter(it.place().name()::equals)
                                    .isPresent()))
                    .toList();
        } catch (IOException unknown) {
            return List.of();
        }
    }
}
