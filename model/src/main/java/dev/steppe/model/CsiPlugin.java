package dev.steppe.model;

import dev.steppe.model.codec.Default;
import dev.steppe.model.codec.Json;
import java.time.Duration;

/** That a task is a plug-in for volumes, and where its socket is. */
public record CsiPlugin(
        @Json("ID") String id,
        String type,
        @Default("/csi") String mountDir,
        @Default("/local/csi") String stagePublishBaseDir,
        @Default("30s") Duration healthTimeout) {}
