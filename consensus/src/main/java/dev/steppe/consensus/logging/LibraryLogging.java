package dev.steppe.consensus.logging;

import java.util.Set;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPLogger;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Sends what libraries log through SLF4J to {@link System.Logger}, two levels lower: what an engine finds worth an INFO
 * line is detail to an operator, so nothing of it shows by default. Found by SLF4J through its service file.
 */
public final class LibraryLogging implements SLF4JServiceProvider {
    /**
     * The first complains of a taken name whenever two agents live in one process; the second prints the stack of every
     * failed start, which its caller reports.
     */
    private static final Set<String> SILENT =
            Set.of("org.apache.ratis.util.JmxRegister", "org.apache.ratis.util.LifeCycle");

    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter noContext = new NOPMDCAdapter();
    private final ILoggerFactory loggers = LibraryLogging::logger;

    private static Logger logger(String name) {
        return SILENT.contains(name) ? NOPLogger.NOP_LOGGER : new LibraryLogger(name);
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return loggers;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return noContext;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {
        // all parts are made with the object
    }
}
