package dev.steppe.cli.terminal;

/** Amounts as people read them. */
public final class Quantities {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Quantities() {}

    /** Bytes in the largest binary unit that keeps the number at one or more; one decimal below ten. */
    public static String bytes(long bytes) {
        var unit = 0;
        var tenths = bytes * 10;
        while (tenths >= 10_240 && unit < UNITS.length - 1) {
            tenths /= 1_024;
            unit++;
        }
        var whole = unit == 0 || tenths >= 100 || tenths % 10 == 0;
        return (whole ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10) + " " + UNITS[unit];
    }

    public static String mebibytes(long mebibytes) {
        return bytes(mebibytes * 1_024 * 1_024);
    }
}
