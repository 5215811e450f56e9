package dev.steppe.model;

/** What an intention says of a connection. */
public enum IntentionAction {
    ALLOW,
    DENY
}
