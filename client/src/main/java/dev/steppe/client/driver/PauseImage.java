package dev.steppe.client.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The image of the container that holds the network of a group: one program, written here byte by byte, that waits for
 * ever. No registry is asked for it.
 */
final class PauseImage {
    static final String REPOSITORY = "steppe-pause";
    static final String TAG = "1";
    static final String PROGRAM = "/pause";

    private static final int ELF_HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final long LOAD_ADDRESS = 0x400000;
    private static final int TAR_BLOCK = 512;

    // x86-64: mov eax, 34 (pause); syscall; jmp to the begin.
    private static final byte[] X86_64 = HexFormat.of().parseHex("b8220000000f05ebf7");
    // arm64 has no pause: x0..x4 = 0; x8 = 73 (ppoll); svc 0; branch to the begin.
    private static final byte[] ARM64 =
            HexFormat.of().parseHex("000080d2010080d2020080d2030080d2040080d2280980d2010000d4f9ffff17");

    private PauseImage() {}

    /** The archive to import, for the architecture as the JDK calls it. */
    static byte[] tar(String architecture) {
        var program = elf(architecture);
        var blocks = (program.length + TAR_BLOCK - 1) / TAR_BLOCK;
        var tar = new byte[TAR_BLOCK * (1 + blocks + 2)];
        put(tar, 0, PROGRAM.substring(1));
        put(tar, 100, "0000755\0");
        put(tar, 108, "0000000\0");
        put(tar, 116, "0000000\0");
        put(tar, 124, String.format(java.util.Locale.ROOT, "%011o\0", program.length));
        put(tar, 136, "00000000000\0");
        put(tar, 148, "        ");
        put(tar, 156, "0");
        put(tar, 257, "ustar\00000");
        int sum = 0;
        for (int index = 0; index < TAR_BLOCK; index++) {
            sum += tar[index] & 0xff;
        }
        put(tar, 148, String.format(java.util.Locale.ROOT, "%06o\0 ", sum));
        System.arraycopy(program, 0, tar, TAR_BLOCK, program.length);
        return tar;
    }

    static byte[] elf(String architecture) {
        boolean arm = architecture.equals("aarch64") || architecture.equals("arm64");
        var code = arm ? ARM64 : X86_64;
        int size = ELF_HEADER + PROGRAM_HEADER + code.length;
        var elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        // 64 bits, little-endian, version 1; executable; machine; version; entry; program headers; no sections.
        elf.put(HexFormat.of().parseHex("7f454c46020101000000000000000000"));
        elf.putShort((short) 2).putShort((short) (arm ? 183 : 62)).putInt(1);
        elf.putLong(LOAD_ADDRESS + ELF_HEADER + PROGRAM_HEADER)
                .putLong(ELF_HEADER)
                .putLong(0);
        elf.putInt(0)
                .putShort((short) ELF_HEADER)
                .putShort((short) PROGRAM_HEADER)
                .putShort((short) 1);
        elf.putShort((short) 64).putShort((short) 0).putShort((short) 0);
        // One loaded segment, readable and executable.
        elf.putInt(1).putInt(5).putLong(0).putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS);
        elf.putLong(size).putLong(size).putLong(0x1000);
        elf.put(code);
        return elf.array();
    }

    private static void put(byte[] tar, int offset, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, tar, offset, bytes.length);
    }
}
