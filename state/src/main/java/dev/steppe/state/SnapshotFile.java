package dev.steppe.state;

import dev.steppe.model.AccessToken;
import dev.steppe.model.Allocation;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.AutopilotSettings;
import dev.steppe.model.Deployment;
import dev.steppe.model.Evaluation;
import dev.steppe.model.FederatedRegion;
import dev.steppe.model.Intention;
import dev.steppe.model.Job;
import dev.steppe.model.JoinToken;
import dev.steppe.model.Node;
import dev.steppe.model.NodePool;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.ServerMember;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.Variable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A snapshot as bytes: a magic number, the format of the log, the indexes, then every record as kind, length and binary form, an end
 * mark, and a CRC-32C of all before. Secondary indexes and sums are rebuilt on reading. A damaged file is refused as a
 * whole.
 */
public final class SnapshotFile {
    private static final int MAGIC = 0x53545031;
    private static final int FORMAT_AT = Integer.BYTES;
    private static final int RECORD_BYTES_MAX = 64 << 20;
    private static final int PLACEMENTS_PER_RECORD = 1_000;

    private SnapshotFile() {}

    /** The kinds of records, by their number in the file. Numbers are part of the format and never reused. */
    private enum Kind {
        END(Object.class),
        JOB(Job.class),
        JOB_VERSION(Job.class),
        NODE(Node.class),
        EVALUATION(Evaluation.class),
        ALLOCATION(Allocation.class),
        INTENTION(Intention.class),
        ROOT(AuthorityRoot.class),
        VARIABLE(Variable.class),
        DATA_KEY(DataKey.class),
        KEY(KeyEntry.class),
        SESSION(Session.class),
        KEY_TOMBSTONE(KeySpace.Tombstone.class),
        LOCK_DELAY(KeySpace.LockDelay.class),
        SUBMISSION(SubmittedVersion.class),
        PERIODIC_LAUNCH(PeriodicLaunch.class),
        SCALING(ScalingHistory.class),
        PLACEMENTS(Placements.class),
        JOIN_TOKEN(JoinToken.class),
        SERVER(ServerMember.class),
        NODE_POOL(NodePool.class),
        SCHEDULER_CONFIGURATION(SchedulerConfiguration.class),
        AUTOPILOT(AutopilotSettings.class),
        RESTORE_PART(Command.RestorePart.class),
        DEPLOYMENT(Deployment.class),
        REGION(FederatedRegion.class),
        ACCESS_TOKEN(AccessToken.class);

        private final Class<?> type;

        Kind(Class<?> type) {
            this.type = type;
        }
    }

    /** Writes a snapshot; the stream stays open. */
    public static void write(Snapshot snapshot, OutputStream to) throws IOException {
        var crc = new CRC32C();
        var out = new DataOutputStream(new CheckedOutputStream(to, crc));
        out.writeInt(MAGIC);
        out.writeInt(snapshot.format());
        out.writeLong(snapshot.index());
        for (Table table : Table.values()) {
            out.writeLong(snapshot.index(table));
        }
        out.writeLong(-1);
        write(out, Kind.JOB, snapshot.jobs);
        write(out, Kind.JOB_VERSION, snapshot.versions);
        write(out, Kind.NODE, snapshot.nodes);
        write(out, Kind.EVALUATION, snapshot.evaluations);
        write(out, Kind.PLACEMENTS, placements(snapshot));
        write(out, Kind.INTENTION, snapshot.intentions);
        write(out, Kind.ROOT, snapshot.roots);
        write(out, Kind.VARIABLE, snapshot.variables);
        write(out, Kind.DATA_KEY, snapshot.dataKeys);
        write(out, Kind.KEY, snapshot.keys.entries);
        write(out, Kind.SESSION, snapshot.keys.sessions);
        write(out, Kind.KEY_TOMBSTONE, snapshot.keys.tombstones);
        write(out, Kind.LOCK_DELAY, snapshot.keys.lockDelays);
        write(out, Kind.SUBMISSION, snapshot.submissions);
        write(out, Kind.PERIODIC_LAUNCH, snapshot.launches);
        write(out, Kind.SCALING, snapshot.scalings);
        write(out, Kind.JOIN_TOKEN, snapshot.joinTokens);
        write(out, Kind.SERVER, snapshot.servers);
        write(out, Kind.NODE_POOL, snapshot.nodePools);
        write(out, Kind.SCHEDULER_CONFIGURATION, List.of(snapshot.schedulerConfiguration()));
        write(out, Kind.AUTOPILOT, snapshot.autopilot.stream().toList());
        write(out, Kind.RESTORE_PART, snapshot.restoring);
        write(out, Kind.DEPLOYMENT, snapshot.deployments);
        write(out, Kind.REGION, snapshot.regions);
        write(out, Kind.ACCESS_TOKEN, snapshot.accessTokens);
        out.writeByte(Kind.END.ordinal());
        out.flush();
        long sum = crc.getValue();
        out.writeLong(sum);
        out.flush();
    }

    /** The allocations job by job, so that what is common is said once, and is shared again when they are read. */
    private static Iterable<Placements> placements(Snapshot snapshot) {
        return () -> new Iterator<>() {
            private final Iterator<List<Allocation>> jobs =
                    snapshot.allocationsByJob.each(snapshot.allocations).iterator();
            private List<Allocation> left = List.of();

            @Override
            public boolean hasNext() {
                return !left.isEmpty() || jobs.hasNext();
            }

            @Override
            public Placements next() {
                var all = left.isEmpty() ? jobs.next() : left;
                int taken = Math.min(all.size(), PLACEMENTS_PER_RECORD);
                left = all.subList(taken, all.size());
                return Placements.of(
                        all.subList(0, taken),
                        own -> snapshot.nodes
                                .get(own.nodeId())
                                .filter(node -> node.spec().name().equals(own.nodeName()))
                                .isPresent());
            }
        };
    }

    private static void write(DataOutputStream out, Kind kind, Iterable<?> records) throws IOException {
        for (Object record : records) {
            byte[] bytes = encode(kind.type, record);
            out.writeByte(kind.ordinal());
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    private static <T> byte[] encode(Class<T> type, Object record) {
        return Codec.toBinary(type, type.cast(record));
    }

    /** The format of the log that a file is of, as its beginning says; the first where it is too short to say. */
    static int formatOf(byte[] beginning) {
        return beginning.length < FORMAT_AT + Integer.BYTES
                ? LogFormat.FIRST
                : ByteBuffer.wrap(beginning).getInt(FORMAT_AT);
    }

    /** Takes the records of a file, one after the other. */
    private interface Records {
        void take(Kind kind, byte[] record) throws IOException, CodecException;
    }

    /**
     * Reads a snapshot.
     *
     * @throws IOException when the bytes are not a whole, undamaged snapshot of a version this program knows
     */
    public static Snapshot read(InputStream from) throws IOException {
        var draft = new Draft();
        read(from, draft, (kind, record) -> readRecord(kind, record, draft));
        draft.freedBefore = draft.index;
        return new Snapshot(draft);
    }

    /**
     * Reads a snapshot and keeps nothing of it: in memory is one record at a time.
     *
     * @throws IOException as {@link #read}
     */
    public static void verify(InputStream from) throws IOException {
        read(from, new Draft(), (kind, record) -> Codec.fromBinary(kind.type, record));
    }

    /** Only what is no record comes into the draft. */
    private static void read(InputStream from, Draft draft, Records records) throws IOException {
        var crc = new CRC32C();
        var in = new DataInputStream(new CheckedInputStream(from, crc));
        if (in.readInt() != MAGIC) {
            throw new IOException("not a snapshot: it does not begin as one");
        }
        int format = in.readInt();
        if (format < LogFormat.FIRST || format > LogFormat.NEWEST) {
            throw new IOException(
                    "snapshot of version " + format + "; this program reads versions up to " + LogFormat.NEWEST);
        }
        draft.format = format;
        long index = in.readLong();
        var tableIndexes = new java.util.EnumMap<Table, Long>(Table.class);
        int position = 0;
        for (long value = in.readLong(); value != -1; value = in.readLong()) {
            if (position < Table.values().length) {
                tableIndexes.put(Table.values()[position++], value);
            }
        }
        for (int kind = in.readUnsignedByte(); kind != Kind.END.ordinal(); kind = in.readUnsignedByte()) {
            readRecord(in, kind, records);
        }
        long expected = crc.getValue();
        if (in.readLong() != expected) {
            throw new IOException("the snapshot is damaged: its checksum does not match");
        }
        draft.index = index;
        draft.tableIndexes.clear();
        draft.tableIndexes.putAll(tableIndexes);
    }

    private static void addPart(Draft draft, Command.RestorePart part) {
        var parts = new ArrayList<>(draft.restoring);
        parts.add(part);
        draft.restoring = List.copyOf(parts);
    }

    private static void readRecord(DataInputStream in, int kind, Records records) throws IOException {
        if (kind >= Kind.values().length) {
            throw new IOException("the snapshot holds records of the unknown kind " + kind
                    + "; it comes from a newer version or is damaged");
        }
        int length = in.readInt();
        if (length < 0 || length > RECORD_BYTES_MAX) {
            throw new IOException("the snapshot is damaged: a record of " + length + " bytes");
        }
        try {
            records.take(Kind.values()[kind], in.readNBytes(length));
        } catch (CodecException damaged) {
            throw new IOException("the snapshot is damaged: " + damaged.getMessage(), damaged);
        }
    }

    private static void readRecord(Kind of, byte[] bytes, Draft draft) throws IOException, CodecException {
        switch (of) {
            case JOB -> draft.put(Codec.fromBinary(Job.class, bytes));
            case JOB_VERSION -> {
                var job = Codec.fromBinary(Job.class, bytes);
                draft.versions = draft.versions.put(new Snapshot.JobVersion(job.key(), job.version()), job);
            }
            case NODE -> draft.put(Codec.fromBinary(Node.class, bytes));
            case EVALUATION -> draft.put(Codec.fromBinary(Evaluation.class, bytes));
            case PLACEMENTS ->
                Codec.fromBinary(Placements.class, bytes)
                        .all(draft::knownNode)
                        .forEach(allocation -> draft.put(allocation, true));
            case ALLOCATION -> draft.put(Codec.fromBinary(Allocation.class, bytes), true);
            case INTENTION -> {
                var intention = Codec.fromBinary(dev.steppe.model.Intention.class, bytes);
                draft.intentions = draft.intentions.put(
                        new Snapshot.IntentionPair(intention.source(), intention.destination()), intention);
            }
            case ROOT -> {
                var root = Codec.fromBinary(AuthorityRoot.class, bytes);
                draft.roots = draft.roots.put(root.id(), root);
            }
            case VARIABLE -> {
                var variable = Codec.fromBinary(Variable.class, bytes);
                draft.variables = draft.variables.put(variable.key(), variable);
            }
            case DATA_KEY -> {
                var key = Codec.fromBinary(DataKey.class, bytes);
                draft.dataKeys = draft.dataKeys.put(key.id(), key);
            }
            case KEY -> draft.keys = draft.keys.put(Codec.fromBinary(KeyEntry.class, bytes));
            case SESSION -> draft.keys = draft.keys.put(Codec.fromBinary(Session.class, bytes));
            case KEY_TOMBSTONE -> draft.keys = draft.keys.put(Codec.fromBinary(KeySpace.Tombstone.class, bytes));
            case LOCK_DELAY -> draft.keys = draft.keys.put(Codec.fromBinary(KeySpace.LockDelay.class, bytes));
            case DEPLOYMENT -> draft.put(Codec.fromBinary(Deployment.class, bytes));
            case SUBMISSION -> draft.put(Codec.fromBinary(SubmittedVersion.class, bytes));
            case PERIODIC_LAUNCH -> draft.put(Codec.fromBinary(PeriodicLaunch.class, bytes));
            case SCALING -> draft.put(Codec.fromBinary(ScalingHistory.class, bytes));
            case JOIN_TOKEN -> {
                var token = Codec.fromBinary(JoinToken.class, bytes);
                draft.joinTokens = draft.joinTokens.put(token.digest(), token);
            }
            case SERVER -> draft.put(Codec.fromBinary(ServerMember.class, bytes));
            case REGION -> draft.put(Codec.fromBinary(FederatedRegion.class, bytes));
            case ACCESS_TOKEN -> draft.put(Codec.fromBinary(AccessToken.class, bytes));
            case NODE_POOL -> {
                var pool = Codec.fromBinary(NodePool.class, bytes);
                draft.nodePools = draft.nodePools.put(pool.name(), pool);
            }
            case SCHEDULER_CONFIGURATION -> draft.scheduler = Codec.fromBinary(SchedulerConfiguration.class, bytes);
            case AUTOPILOT -> draft.autopilot = Optional.of(Codec.fromBinary(AutopilotSettings.class, bytes));
            case RESTORE_PART -> addPart(draft, Codec.fromBinary(Command.RestorePart.class, bytes));
            case END -> throw new IOException("unreachable: the end mark has no record");
        }
    }
}
