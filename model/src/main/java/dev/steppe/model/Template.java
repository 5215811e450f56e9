package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.time.Duration;
import java.util.Optional;

/** A file rendered from data of the cluster into the task's directory. */
public record Template(
        @Json("SourcePath") String source,
        @Json("DestPath") String destination,
        @Json("EmbeddedTmpl") String data,
        @Default("restart") String changeMode,
        String changeSignal,
        @Default("5s") Duration splay,
        @Default("0644") @Json("Perms") String permissions,
        @Default("{{") @Json("LeftDelim") String leftDelimiter,
        @Default("}}") @Json("RightDelim") String rightDelimiter,
        @Json("Envvars") boolean environment,
        Optional<ChangeScript> changeScript,
        boolean once,
        Optional<Integer> uid,
        Optional<Integer> gid,
        @Json("Wait") Optional<WaitConfig> waitConfig,
        @Json("ErrMissingKey") boolean errorOnMissingKey) {}
