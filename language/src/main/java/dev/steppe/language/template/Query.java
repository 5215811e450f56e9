package dev.steppe.language.template;

import java.util.Optional;

/** Something a template wants to know from outside. Written out as it is shown to users who wait for it. */
public sealed interface Query {
    /** Instances of a service in the catalog, whatever their health. */
    record Service(String name, Optional<String> tag, Optional<String> datacenter) implements Query {
        @Override
        public String toString() {
            return "health.service(" + tag.map(it -> it + ".").orElse("") + name + at(datacenter) + ")";
        }
    }

    /** The services of the catalog. */
    record Services(Optional<String> datacenter) implements Query {
        @Override
        public String toString() {
            return "catalog.services" + parenthesized(datacenter);
        }
    }

    /** The value of a key. */
    record Key(String path, Optional<String> datacenter) implements Query {
        @Override
        public String toString() {
            return "kv.block(" + path + at(datacenter) + ")";
        }
    }

    /** All keys below a prefix. */
    record Keys(String prefix, Optional<String> datacenter) implements Query {
        @Override
        public String toString() {
            return "kv.list(" + prefix + at(datacenter) + ")";
        }
    }

    /** Instances of a service in the scheduler's own listing. */
    record NomadService(String name) implements Query {
        @Override
        public String toString() {
            return "nomad.service(" + name + ")";
        }
    }

    /** The services of the scheduler's own listing. */
    record NomadServices() implements Query {
        @Override
        public String toString() {
            return "nomad.services";
        }
    }

    /** A variable; without a namespace that of the task's own. */
    record Variable(String path, Optional<String> namespace) implements Query {
        @Override
        public String toString() {
            return "nomad.var.block(" + path + at(namespace) + ")";
        }
    }

    /** What variables there are below a prefix. */
    record Variables(String prefix, Optional<String> namespace) implements Query {
        @Override
        public String toString() {
            return "nomad.var.list(" + prefix + at(namespace) + ")";
        }
    }

    /** A secret in Vault's dialect. */
    record Secret(String path) implements Query {
        @Override
        public String toString() {
            return "vault.read(" + path + ")";
        }
    }

    /** A file's content. */
    record File(String path) implements Query {
        @Override
        public String toString() {
            return "file(" + path + ")";
        }
    }

    private static String at(Optional<String> where) {
        return where.map(it -> "@" + it).orElse("");
    }

    private static String parenthesized(Optional<String> where) {
        return where.map(it -> "(@" + it + ")").orElse("");
    }
}
