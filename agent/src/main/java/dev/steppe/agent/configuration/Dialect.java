package dev.steppe.agent.configuration;

/** Whose words a configuration file uses. */
enum Dialect {
    NOMAD("Nomad", "nomad.keys"),
    CONSUL("Consul", "consul.keys");

    private final String product;
    private final String resource;

    Dialect(String product, String resource) {
        this.product = product;
        this.resource = resource;
    }

    /** The product that people wrote such files for. */
    String product() {
        return product;
    }

    /** The file beside this class that lists all keys. */
    String resource() {
        return resource;
    }
}
