package dev.steppe.cli.http;

import dev.steppe.cli.json.Json;

/** What an agent answered: the document and the index that a later request can wait to pass. */
public record Reply(Json body, long index) {}
