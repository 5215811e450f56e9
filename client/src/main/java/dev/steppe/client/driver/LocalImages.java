package dev.steppe.client.driver;

import java.io.IOException;
import java.util.List;

/** Images made on this machine, from files instead of a registry. Blocking. */
public final class LocalImages {
    private final DockerClient docker;

    public LocalImages(DockerSettings settings) {
        this.docker = new DockerClient(settings.socket());
    }

    /** True when a daemon answers. */
    public boolean isAvailable() {
        try {
            docker.version();
            return true;
        } catch (IOException silent) {
            return false;
        }
    }

    /** Makes an image of one layer from the bytes of a tar archive; one of the same name is replaced. */
    public void make(String repository, String tag, byte[] tar) throws IOException {
        docker.importImage(repository, tag, List.of(), tar);
    }

    /** Removes an image that nothing uses. Idempotent. */
    public void remove(String image) throws IOException {
        docker.removeImage(image);
    }
}
