package dev.steppe.api.http;

/** What a caller must be allowed to do before a route answers. Every route names one; a {@link Gate} judges it. */
public sealed interface Right {

    /** How deep a right goes. */
    enum Access {
        READ,
        WRITE
    }

    /** Nothing is needed: liveness, leadership, and what a caller needs before it can log in. */
    record Anyone() implements Right {
        @Override
        public String toString() {
            return "anyone";
        }
    }

    /** A capability in the namespace of the request, such as {@code read-job}. */
    record InNamespace(Capability capability) implements Right {
        @Override
        public String toString() {
            return "namespace:" + capability.text();
        }
    }

    /** Nodes as the scheduler sees them. */
    record Nodes(Access access) implements Right {
        @Override
        public String toString() {
            return "node:" + text(access);
        }
    }

    /** The agent that is asked. */
    record Agent(Access access) implements Right {
        @Override
        public String toString() {
            return "agent:" + text(access);
        }
    }

    /** The region as a whole: consensus members, the certificate authority, scheduler settings. */
    record Operator(Access access) implements Right {
        @Override
        public String toString() {
            return "operator:" + text(access);
        }
    }

    /** The service whose name is the value of a path parameter. */
    record OneService(Access access, String parameter) implements Right {
        @Override
        public String toString() {
            return "service:" + text(access) + " {" + parameter + "}";
        }
    }

    /** A list of services, out of which only what the caller may read is answered. */
    record ReadableServices() implements Right {
        @Override
        public String toString() {
            return "service:read (filtered)";
        }
    }

    /** Who may talk to whom. */
    record Intentions(Access access) implements Right {
        @Override
        public String toString() {
            return "intentions:" + text(access);
        }
    }

    /** The variable whose path is the value of a path parameter, in the namespace of the request. */
    record OneVariable(Access access, String parameter) implements Right {
        @Override
        public String toString() {
            return "variables:" + text(access) + " {" + parameter + "}";
        }
    }

    /** A list of variables, out of which only what the caller may list is answered. */
    record ListedVariables() implements Right {
        @Override
        public String toString() {
            return "variables:list (filtered)";
        }
    }

    /** The key, or all below a prefix, that is the value of a path parameter. */
    record Keys(Access access, String parameter) implements Right {
        @Override
        public String toString() {
            return "key:" + text(access) + " {" + parameter + "}";
        }
    }

    /** Every key of the body of the request, each as its operation needs it. */
    record KeysInBody() implements Right {
        @Override
        public String toString() {
            return "key:read/write (as the body says)";
        }
    }

    /** Sessions that hold keys. */
    record Sessions(Access access) implements Right {
        @Override
        public String toString() {
            return "session:" + text(access);
        }
    }

    /** Tokens themselves. */
    record Tokens(Access access) implements Right {
        @Override
        public String toString() {
            return "acl:" + text(access);
        }
    }

    /** To make the first token, which nobody can prove a right to; later ones as {@link Tokens}. */
    record FirstToken() implements Right {
        @Override
        public String toString() {
            return "first token, then acl:write";
        }
    }

    /** What agents ask each other for their nodes; people need the capability. */
    record BetweenNodes(Capability capability) implements Right {
        @Override
        public String toString() {
            return "nodes, or namespace:" + capability.text();
        }
    }

    /** The namespace capabilities, in the words of Nomad's policies. */
    enum Capability {
        LIST_JOBS("list-jobs"),
        PARSE_JOB("parse-job"),
        READ_JOB("read-job"),
        SUBMIT_JOB("submit-job"),
        READ_LOGS("read-logs"),
        READ_FILES("read-fs"),
        EXECUTE("alloc-exec"),
        ALLOCATION_LIFECYCLE("alloc-lifecycle"),
        DISPATCH_JOB("dispatch-job"),
        SCALE_JOB("scale-job"),
        READ_JOB_SCALING("read-job-scaling"),
        LIST_SCALING_POLICIES("list-scaling-policies"),
        READ_SCALING_POLICY("read-scaling-policy");

        private final String text;

        Capability(String text) {
            this.text = text;
        }

        /** The word a policy uses. */
        public String text() {
            return text;
        }
    }

    Right ANYONE = new Anyone();
    Right LIST_JOBS = new InNamespace(Capability.LIST_JOBS);
    Right PARSE_JOB = new InNamespace(Capability.PARSE_JOB);
    Right READ_JOB = new InNamespace(Capability.READ_JOB);
    Right SUBMIT_JOB = new InNamespace(Capability.SUBMIT_JOB);
    Right READ_LOGS = new InNamespace(Capability.READ_LOGS);
    Right READ_FILES = new InNamespace(Capability.READ_FILES);
    Right EXECUTE = new InNamespace(Capability.EXECUTE);
    Right ALLOCATION_LIFECYCLE = new InNamespace(Capability.ALLOCATION_LIFECYCLE);
    Right DISPATCH_JOB = new InNamespace(Capability.DISPATCH_JOB);
    Right SCALE_JOB = new InNamespace(Capability.SCALE_JOB);
    Right READ_JOB_SCALING = new InNamespace(Capability.READ_JOB_SCALING);
    Right LIST_SCALING_POLICIES = new InNamespace(Capability.LIST_SCALING_POLICIES);
    Right READ_SCALING_POLICY = new InNamespace(Capability.READ_SCALING_POLICY);
    Right READ_NODES = new Nodes(Access.READ);
    Right WRITE_NODES = new Nodes(Access.WRITE);
    Right READ_AGENT = new Agent(Access.READ);
    Right WRITE_AGENT = new Agent(Access.WRITE);
    Right READ_OPERATOR = new Operator(Access.READ);
    Right WRITE_OPERATOR = new Operator(Access.WRITE);
    Right READ_TOKENS = new Tokens(Access.READ);
    Right WRITE_TOKENS = new Tokens(Access.WRITE);
    Right FIRST_TOKEN = new FirstToken();
    Right HAND_OVER = new BetweenNodes(Capability.READ_FILES);
    Right READ_SERVICES = new ReadableServices();
    Right LIST_VARIABLES = new ListedVariables();
    Right READ_SESSIONS = new Sessions(Access.READ);
    Right WRITE_SESSIONS = new Sessions(Access.WRITE);
    Right READ_INTENTIONS = new Intentions(Access.READ);
    Right WRITE_INTENTIONS = new Intentions(Access.WRITE);

    private static String text(Access access) {
        return switch (access) {
            case READ -> "read";
            case WRITE -> "write";
        };
    }
}
