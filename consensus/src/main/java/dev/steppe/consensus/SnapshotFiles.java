package dev.steppe.consensus;

import dev.steppe.io.DurableFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * A member's snapshot files. A snapshot exists only once it is whole and durable: it is written beside its final name,
 * forced to disk and then renamed, since the engine may send any file with a final name to another member. The format:
 * magic, version, the number of commands it holds, the state.
 */
final class SnapshotFiles extends SimpleStateMachineStorage {
    private static final int MAGIC = 0x5354_4550;
    private static final int VERSION = 1;
    private static final int KEPT = 2;
    private static final SnapshotRetentionPolicy RETENTION = new SnapshotRetentionPolicy() {
        @Override
        public int getNumSnapshotsRetained() {
            return KEPT;
        }
    };

    @Override
    public void init(RaftStorage storage) throws IOException {
        var directory = storage.getStorageDir().getStateMachineDir().toPath();
        removeUnfinished(directory);
        super.init(storage);
    }

    private static void removeUnfinished(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var files = Files.newDirectoryStream(directory, "*.tmp")) {
            for (var file : files) {
                Files.delete(file);
            }
        }
    }

    /** Writes the capture and makes it the latest snapshot. Returns the file's size. */
    long write(TermIndex last, long commandIndex, ReplicatedMachine.Capture capture) throws IOException {
        var file = getSnapshotFile(last.getTerm(), last.getIndex()).toPath();
        var unfinished = getTmpSnapshotFile(last.getTerm(), last.getIndex()).toPath();
        var digest = md5();
        try (var channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            var out = new DataOutputStream(new BufferedOutputStream(
                    new DigestOutputStream(Channels.newOutputStream(channel), digest), 1 << 16));
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(commandIndex);
            capture.write(out);
            out.flush();
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        var hash = MD5Hash.newInstance(digest.digest());
        MD5FileUtil.saveMD5File(file.toFile(), hash);
        DurableFile.forceDirectory(file.getParent());
        updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file, hash), last));
        cleanupOldSnapshots(RETENTION);
        return Files.size(file);
    }

    /** Gives the state in the snapshot to the machine. Returns the number of commands it holds. */
    static long read(SingleFileSnapshotInfo snapshot, ReplicatedMachine machine) throws IOException {
        var file = snapshot.getFile().getPath();
        var digest = md5();
        long commandIndex;
        try (var in = new DigestInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16), digest)) {
            var header = new DataInputStream(in);
            int magic = header.readInt();
            int version = header.readInt();
            if (magic != MAGIC || version != VERSION) {
                throw new IOException("snapshot " + file + " has format " + Integer.toHexString(magic) + "/" + version
                        + ", but this version reads format " + Integer.toHexString(MAGIC) + "/" + VERSION);
            }
            commandIndex = header.readLong();
            machine.restore(in);
            in.transferTo(OutputStream.nullOutputStream());
        }
        if (snapshot.hasMd5() && !snapshot.getFile().getFileDigest().equals(MD5Hash.newInstance(digest.digest()))) {
            throw new IOException(
                    "snapshot " + file + " is damaged: its checksum does not match " + file
                            + ".md5; restore this member's directory from a backup, or empty it when other members hold the data");
        }
        return commandIndex;
    }

    /** Reads the directory again, after the engine put another member's snapshot there. */
    void reload(RaftStorage storage) throws IOException {
        super.init(storage);
        loadLatestSnapshot();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has MD5", missing);
        }
    }
}
