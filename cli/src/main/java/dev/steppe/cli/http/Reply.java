package dev.steppe.cli.http;

import dev.steppe.cli.json.Json;

/**
 * What an agent answered: the document, the index that a later request can wait to pass, and the token of the next page of
 * a list (empty: there is none).
 */
public record Reply(Json body, long index, String next) {}
