package dev.steppe.client.driver;

/** Whom a start that takes long tells how far it is, and who may call it off. Callable from any thread. */
public interface StartProgress {
    /** Shows people what the start is about. */
    void tell(String message);

    /** True when the task is not wanted any more: a start that waits gives up. */
    boolean isCalledOff();

    /** Nobody listens, nobody calls it off. */
    static StartProgress unheard() {
        return new StartProgress() {
            @Override
            public void tell(String message) {}

            @Override
            public boolean isCalledOff() {
                return false;
            }
        };
    }
}
