package dev.steppe.state;

import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The nodes and what runs on them, by columns: what a scheduler asks of every node lies side by side, so that looking at ten
 * thousand takes about a millisecond. A node has a seat from its registration on; seats are in blocks, and a change copies the
 * block it is in. Immutable.
 */
public final class Fleet {
    /** Seats of a block; a power of two. */
    private static final int BLOCK = 128;

    private static final int SHIFT = Integer.numberOfTrailingZeros(BLOCK);

    private final Block[] blocks;
    private final int seats;
    private final PersistentMap<NodeId, Integer> seatOf;
    private final PersistentMap<Integer, Integer> freeSeats;
    private final Kinds kinds;

    private Fleet(
            Block[] blocks,
            int seats,
            PersistentMap<NodeId, Integer> seatOf,
            PersistentMap<Integer, Integer> freeSeats,
            Kinds kinds) {
        this.blocks = blocks;
        this.seats = seats;
        this.seatOf = seatOf;
        this.freeSeats = freeSeats;
        this.kinds = kinds;
    }

    static Fleet empty() {
        return new Fleet(new Block[0], 0, PersistentMap.empty(), PersistentMap.empty(), Kinds.NONE);
    }

    /** Seats side by side. What columns hold of a seat nobody is present in means nothing, but for the usage. */
    private static final class Block {
        private final boolean[] present;
        private final Node[] nodes;
        private final NodeUsage[] usages;
        private final int[] kinds;
        private final int[] draws;
        private final boolean[] open;
        private final long[] cpu;
        private final long[] memory;
        private final long[] disk;
        private final long[] cpuUsed;
        private final long[] memoryUsed;
        private final long[] diskUsed;

        Block() {
            present = new boolean[BLOCK];
            nodes = new Node[BLOCK];
            usages = new NodeUsage[BLOCK];
            Arrays.fill(usages, NodeUsage.NONE);
            kinds = new int[BLOCK];
            draws = new int[BLOCK];
            open = new boolean[BLOCK];
            cpu = new long[BLOCK];
            memory = new long[BLOCK];
            disk = new long[BLOCK];
            cpuUsed = new long[BLOCK];
            memoryUsed = new long[BLOCK];
            diskUsed = new long[BLOCK];
        }

        /** A copy with columns of usage of its own, and all columns of its own where {@code whole}. */
        Block(Block from, boolean whole) {
            present = whole ? from.present.clone() : from.present;
            nodes = whole ? from.nodes.clone() : from.nodes;
            kinds = whole ? from.kinds.clone() : from.kinds;
            draws = whole ? from.draws.clone() : from.draws;
            open = whole ? from.open.clone() : from.open;
            cpu = whole ? from.cpu.clone() : from.cpu;
            memory = whole ? from.memory.clone() : from.memory;
            disk = whole ? from.disk.clone() : from.disk;
            usages = from.usages.clone();
            cpuUsed = from.cpuUsed.clone();
            memoryUsed = from.memoryUsed.clone();
            diskUsed = from.diskUsed.clone();
        }

        void look(int first, int count, Look look) {
            for (int at = 0; at < count; at++) {
                if (open[at]) {
                    look.at(
                            first + at,
                            kinds[at],
                            cpu[at],
                            cpuUsed[at],
                            memory[at],
                            memoryUsed[at],
                            disk[at],
                            diskUsed[at]);
                }
            }
        }
    }

    /** How many seats there are; some may be empty. */
    public int seats() {
        return seats;
    }

    /** The seat of a node, from 0; empty when it is not registered. */
    public Optional<Integer> seatOf(NodeId node) {
        return seatOf.get(node);
    }

    /** True where a node is registered, whether or not it takes new allocations. */
    public boolean isPresent(int seat) {
        return blocks[seat >> SHIFT].present[seat & BLOCK - 1];
    }

    /** The node of a seat one is present in. */
    public Node node(int seat) {
        return blocks[seat >> SHIFT].nodes[seat & BLOCK - 1];
    }

    /** What the allocations of the seat's node hold. */
    public NodeUsage usage(int seat) {
        return blocks[seat >> SHIFT].usages[seat & BLOCK - 1];
    }

    /** What the allocations of a node hold. */
    public NodeUsage usage(NodeId node) {
        return seatOf.get(node).map(this::usage).orElse(NodeUsage.NONE);
    }

    /** True where a node is that takes new allocations. */
    public boolean isOpen(int seat) {
        return blocks[seat >> SHIFT].open[seat & BLOCK - 1];
    }

    /** The same for all nodes that no condition can tell apart, unless it asks for what is a node's own; from 0. */
    public int kind(int seat) {
        return blocks[seat >> SHIFT].kinds[seat & BLOCK - 1];
    }

    /** A number of the node's id, the same in every seat and on every server: what a draw among equal nodes begins with. */
    public int draw(int seat) {
        return blocks[seat >> SHIFT].draws[seat & BLOCK - 1];
    }

    /** One more than the greatest {@link #kind}. */
    public int kinds() {
        return kinds.numbers();
    }

    /** Megahertz of the seat's node. */
    public long cpu(int seat) {
        return blocks[seat >> SHIFT].cpu[seat & BLOCK - 1];
    }

    /** Megabytes of memory of the seat's node. */
    public long memory(int seat) {
        return blocks[seat >> SHIFT].memory[seat & BLOCK - 1];
    }

    /** Megabytes of disk of the seat's node. */
    public long disk(int seat) {
        return blocks[seat >> SHIFT].disk[seat & BLOCK - 1];
    }

    /** Megahertz that are held. */
    public long cpuUsed(int seat) {
        return blocks[seat >> SHIFT].cpuUsed[seat & BLOCK - 1];
    }

    /** Megabytes of memory that are held. */
    public long memoryUsed(int seat) {
        return blocks[seat >> SHIFT].memoryUsed[seat & BLOCK - 1];
    }

    /** Megabytes of disk that are held. */
    public long diskUsed(int seat) {
        return blocks[seat >> SHIFT].diskUsed[seat & BLOCK - 1];
    }

    /** What is told of a seat where a node takes new allocations: what it has, and what is held of it. */
    @FunctionalInterface
    public interface Look {
        void at(int seat, int kind, long cpu, long cpuUsed, long memory, long memoryUsed, long disk, long diskUsed);
    }

    /** Tells of each seat where a node takes new allocations, in order. */
    public void look(Look look) {
        for (int number = 0; number < blocks.length; number++) {
            blocks[number].look(number << SHIFT, Math.min(BLOCK, seats - (number << SHIFT)), look);
        }
    }

    /** Changes of one command. Owned by one thread; the fleet it began with stays as it is. */
    static final class Changes {
        private final boolean[] ownUsage;
        private final boolean[] ownAll;
        private Block[] blocks;
        private int seats;
        private PersistentMap<NodeId, Integer> seatOf;
        private PersistentMap<Integer, Integer> freeSeats;
        private Kinds kinds;

        Changes(Fleet from) {
            blocks = from.blocks.clone();
            seats = from.seats;
            seatOf = from.seatOf;
            freeSeats = from.freeSeats;
            kinds = from.kinds;
            // one more block than there are: a command adds one node, and a snapshot is read with changes of its own
            ownUsage = new boolean[blocks.length + 1];
            ownAll = new boolean[blocks.length + 1];
        }

        Fleet done() {
            return new Fleet(blocks, seats, seatOf, freeSeats, kinds);
        }

        /** The node as it is now, in its seat. */
        void put(Node node) {
            int seat = seat(node.id());
            int at = seat & BLOCK - 1;
            var block = whole(seat >> SHIFT);
            var capacity = node.spec().capacity();
            var kind = NodeKind.of(node.spec());
            kinds = kinds.with(kind);
            if (block.present[at]) {
                kinds = kinds.without(block.kinds[at]);
            }
            block.present[at] = true;
            block.nodes[at] = node;
            block.open[at] = node.isEligible();
            block.kinds[at] = kinds.numberOf(kind);
            block.draws[at] = node.id().value().hashCode();
            block.cpu[at] = capacity.cpu().megaHertz();
            block.memory[at] = capacity.memory().memoryMb();
            block.disk[at] = capacity.disk().diskMb();
        }

        /** Nobody sits there any more. What allocations of the node still hold is counted until they end. */
        void remove(NodeId node) {
            seatOf.get(node).ifPresent(seat -> {
                var block = whole(seat >> SHIFT);
                if (block.present[seat & BLOCK - 1]) {
                    kinds = kinds.without(block.kinds[seat & BLOCK - 1]);
                }
                block.present[seat & BLOCK - 1] = false;
                block.open[seat & BLOCK - 1] = false;
                releaseIfUnused(node, seat);
            });
        }

        /** What the allocations of the node hold becomes what the change makes of it. */
        void use(NodeId node, UnaryOperator<NodeUsage> change) {
            int seat = seat(node);
            int at = seat & BLOCK - 1;
            var block = used(seat >> SHIFT);
            var usage = change.apply(block.usages[at]);
            block.usages[at] = usage;
            block.cpuUsed[at] = usage.cpuMegaHertz();
            block.memoryUsed[at] = usage.memoryMb();
            block.diskUsed[at] = usage.diskMb();
            releaseIfUnused(node, seat);
        }

        private void releaseIfUnused(NodeId node, int seat) {
            int at = seat & BLOCK - 1;
            var block = blocks[seat >> SHIFT];
            if (!block.present[at] && block.usages[at].equals(NodeUsage.NONE)) {
                seatOf = seatOf.remove(node);
                freeSeats = freeSeats.put(seat, seat);
            }
        }

        private int seat(NodeId node) {
            var known = seatOf.get(node);
            if (known.isPresent()) {
                return known.get();
            }
            int seat = nextSeat();
            seatOf = seatOf.put(node, seat);
            return seat;
        }

        private int nextSeat() {
            var free = freeSeats.iterator();
            if (free.hasNext()) {
                int seat = free.next();
                freeSeats = freeSeats.remove(seat);
                return seat;
            }
            int seat = seats++;
            if (seat >> SHIFT == blocks.length) {
                blocks = Arrays.copyOf(blocks, blocks.length + 1);
                blocks[seat >> SHIFT] = new Block();
            }
            return seat;
        }

        private Block used(int number) {
            if (number < ownUsage.length && !ownUsage[number]) {
                blocks[number] = new Block(blocks[number], false);
                ownUsage[number] = true;
            }
            return blocks[number];
        }

        private Block whole(int number) {
            if (number < ownAll.length && !ownAll[number]) {
                blocks[number] = new Block(blocks[number], true);
                ownAll[number] = true;
                ownUsage[number] = true;
            }
            return blocks[number];
        }
    }
}
