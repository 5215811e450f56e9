package dev.steppe.client.driver;

import dev.steppe.client.driver.DockerClient.Json;
import dev.steppe.io.TaskScope;
import dev.steppe.io.linux.PseudoTerminal;
import dev.steppe.io.process.CommandSession;
import dev.steppe.io.process.ProcessSession;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * One command inside a container, through the daemon's connection for it. The daemon knows no way to end a command, so its
 * processes are ended on the machine.
 */
final class DockerSession implements CommandSession {
    private static final System.Logger LOG = System.getLogger(DockerSession.class.getName());
    private static final int CHUNK_BYTES = 32 * 1024;
    private static final int HEADER_BYTES = 8;
    private static final int STDERR = 2;
    private static final byte[] END_OF_INPUT = {4};
    /** The daemon closes the connection a moment before it knows the status. */
    private static final Duration STATUS = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofMillis(10);

    private final DockerClient docker;
    private final String command;
    private final boolean terminal;
    private final UnixHttp.Streamed connection;
    private final Output output;
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile End end = new End.Broken("it is not over");

    private DockerSession(
            DockerClient docker, String command, boolean terminal, UnixHttp.Streamed connection, Output output) {
        this.docker = docker;
        this.command = command;
        this.terminal = terminal;
        this.connection = connection;
        this.output = output;
    }

    static DockerSession start(TaskScope scope, DockerClient docker, String container, Wish wish, Output output)
            throws IOException {
        boolean terminal = wish.terminal().isPresent();
        var command = docker.createCommand(container, wish.command(), terminal);
        var connection = docker.startCommand(command, terminal);
        var session = new DockerSession(docker, command, terminal, connection, output);
        scope.startVirtual("command-" + command, session::run);
        if (terminal) {
            session.resize(wish.terminal().orElseThrow());
        }
        return session;
    }

    private void run() {
        try {
            if (terminal) {
                copyTerminal(connection.body());
            } else {
                copyParts(new DataInputStream(connection.body()));
            }
            end = awaitStatus();
        } catch (InterruptedException stopping) {
            end = new End.Broken("the agent stops");
        } catch (IOException broken) {
            end = new End.Broken(String.valueOf(broken.getMessage()));
        } finally {
            finish();
        }
    }

    private void copyTerminal(InputStream body) throws IOException, InterruptedException {
        var buffer = new byte[CHUNK_BYTES];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            output.stdout(Arrays.copyOf(buffer, count));
        }
    }

    private void copyParts(DataInputStream body) throws IOException, InterruptedException {
        var header = new byte[HEADER_BYTES];
        while (body.readNBytes(header, 0, HEADER_BYTES) == HEADER_BYTES) {
            for (int left = ByteBuffer.wrap(header).getInt(4); left > 0; ) {
                var part = body.readNBytes(Math.min(left, CHUNK_BYTES));
                if (part.length == 0) {
                    throw new IOException("the daemon's connection broke off");
                }
                left -= part.length;
                if (header[0] == STDERR) {
                    output.stderr(part);
                } else {
                    output.stdout(part);
                }
            }
        }
    }

    private End awaitStatus() throws IOException {
        long deadlineNanos = System.nanoTime() + STATUS.toNanos();
        while (true) {
            var found = docker.inspectCommand(command);
            if (!Json.flag(found, "Running")) {
                return new End.Exited((int) Json.number(found, "ExitCode"));
            }
            if (closed.get() || System.nanoTime() > deadlineNanos) {
                return new End.Broken("the connection to the command was lost");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private void finish() {
        try {
            connection.close();
            var found = docker.inspectCommand(command);
            long pid = Json.number(found, "Pid");
            if (Json.flag(found, "Running") && pid > 1) {
                new ProcessSession(pid).end();
            }
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "a command in a container may go on command=" + command, failed);
        }
        over.countDown();
        try {
            output.ended(end);
        } catch (IOException | InterruptedException nobodyListens) {
            LOG.log(Level.DEBUG, "nobody learns of the end of a command command=" + command);
        }
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        try {
            UnixHttp.write(connection.connection(), bytes);
        } catch (ClosedChannelException over) {
            // the command has ended
        } catch (IOException broken) {
            LOG.log(Level.DEBUG, "a command in a container reads no more command=" + command, broken);
        }
    }

    @Override
    public void endInput() throws IOException {
        if (terminal) {
            write(END_OF_INPUT);
            return;
        }
        try {
            connection.connection().shutdownOutput();
        } catch (ClosedChannelException over) {
            // the command has ended
        }
    }

    @Override
    public void resize(PseudoTerminal.Size size) throws IOException {
        if (terminal) {
            try {
                docker.resizeCommand(command, size.rows(), size.columns());
            } catch (DockerClient.Refused notNow) {
                LOG.log(Level.DEBUG, "the terminal of a command keeps its size: " + notNow.getMessage());
            }
        }
    }

    @Override
    public Optional<End> awaitEnd(Duration atMost) throws InterruptedException {
        return over.await(atMost.toNanos(), TimeUnit.NANOSECONDS) ? Optional.of(end) : Optional.empty();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                connection.close();
            } catch (IOException failed) {
                LOG.log(Level.DEBUG, "closing a command's connection", failed);
            }
        }
    }
}
