package dev.steppe.consensus.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** One library's logger. ERROR becomes WARNING, WARN becomes DEBUG, all below TRACE. */
final class LibraryLogger extends LegacyAbstractLogger {
    private final transient System.Logger target;

    LibraryLogger(String name) {
        this.name = name;
        this.target = System.getLogger(name);
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public boolean isInfoEnabled() {
        return target.isLoggable(System.Logger.Level.TRACE);
    }

    @Override
    public boolean isWarnEnabled() {
        return target.isLoggable(System.Logger.Level.DEBUG);
    }

    @Override
    public boolean isErrorEnabled() {
        return target.isLoggable(System.Logger.Level.WARNING);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable failure) {
        var text = MessageFormatter.basicArrayFormat(pattern, arguments);
        target.log(targetLevel(level), text, failure);
    }

    private static System.Logger.Level targetLevel(Level level) {
        return switch (level) {
            case ERROR -> System.Logger.Level.WARNING;
            case WARN -> System.Logger.Level.DEBUG;
            case INFO, DEBUG, TRACE -> System.Logger.Level.TRACE;
        };
    }
}
