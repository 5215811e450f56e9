package dev.steppe.client.allocation;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Whether a task is to end, for the loop and for hooks that wait on other threads. */
final class StopSwitch {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition turnedOn = lock.newCondition();
    private boolean on;

    boolean isOn() {
        lock.lock();
        try {
            return on;
        } finally {
            lock.unlock();
        }
    }

    void turnOn() {
        lock.lock();
        try {
            on = true;
            turnedOn.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void turnOff() {
        lock.lock();
        try {
            on = false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is on, at most this long. */
    boolean await(Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (!on && left > 0) {
                left = turnedOn.awaitNanos(left);
            }
            return on;
        } finally {
            lock.unlock();
        }
    }
}
