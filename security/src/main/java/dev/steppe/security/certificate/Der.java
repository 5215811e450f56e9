package dev.steppe.security.certificate;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * Writes the distinguished encoding of ASN.1 (X.690), as far as certificates and requests need it. Each method gives a
 * whole value with tag and length.
 */
final class Der {
    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    private static final int UTF8_STRING = 0x0c;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;
    /** From then on years are written with four digits (RFC 5280, section 4.1.2.5). */
    private static final int FIRST_YEAR_WITH_FOUR_DIGITS = 2050;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return value(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return value(SET, parts);
    }

    static byte[] integer(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    static byte[] yes() {
        return value(BOOLEAN, new byte[] {(byte) 0xff});
    }

    static byte[] octets(byte[] bytes) {
        return value(OCTET_STRING, bytes);
    }

    /** Whole bytes as a string of bits. */
    static byte[] bits(byte[] bytes) {
        return value(BIT_STRING, new byte[] {0}, bytes);
    }

    /** Up to eight named bits, the first in the highest place; zeros at the end are left out. */
    static byte[] namedBits(int mask) {
        return value(BIT_STRING, new byte[] {(byte) Integer.numberOfTrailingZeros(mask), (byte) mask});
    }

    static byte[] text(String text) {
        return value(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A value of a context's own kind that holds whole values. */
    static byte[] tagged(int number, byte[]... parts) {
        return value(CONTEXT | CONSTRUCTED | number, parts);
    }

    /** A value of a context's own kind that holds plain bytes. */
    static byte[] taggedBytes(int number, byte[] bytes) {
        return value(CONTEXT | number, bytes);
    }

    /** An object identifier, given as numbers joined by dots. */
    static byte[] identifier(String dotted) {
        String[] numbers = dotted.split("\\.", -1);
        var out = new ByteArrayOutputStream();
        base128(out, Integer.parseInt(numbers[0]) * 40 + Integer.parseInt(numbers[1]));
        for (int i = 2; i < numbers.length; i++) {
            base128(out, Integer.parseInt(numbers[i]));
        }
        return value(OBJECT_IDENTIFIER, out.toByteArray());
    }

    static byte[] time(Instant instant) {
        ZonedDateTime utc = instant.atZone(ZoneOffset.UTC);
        String tail = two(utc.getMonthValue())
                + two(utc.getDayOfMonth())
                + two(utc.getHour())
                + two(utc.getMinute())
                + two(utc.getSecond())
                + "Z";
        return utc.getYear() < FIRST_YEAR_WITH_FOUR_DIGITS
                ? value(UTC_TIME, (two(utc.getYear() % 100) + tail).getBytes(StandardCharsets.US_ASCII))
                : value(GENERALIZED_TIME, (utc.getYear() + tail).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] value(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
                out.write(length >>> shift);
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static void base128(ByteArrayOutputStream out, int number) {
        for (int shift = 28; shift > 0; shift -= 7) {
            if (number >>> shift != 0) {
                out.write(0x80 | (number >>> shift & 0x7f));
            }
        }
        out.write(number & 0x7f);
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }
}
