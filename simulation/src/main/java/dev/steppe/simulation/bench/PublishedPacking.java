package dev.steppe.simulation.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What the published policies reach on the lists of the GPU cluster trace of 2023: means of ten seeds, from the results beside the
 * authors' simulator (Weng et al., USENIX ATC 2023; hkust-adsl/kubernetes-scheduler-simulator, analysis_allo_discrete.csv).
 */
final class PublishedPacking {
    private static final List<String> POLICIES =
            List.of("Random", "DotProd", "GpuClustering", "GpuPacking", "BestFit", "FGD");

    /** For each list and policy percent of GPU capacity in use at 100 and at 130 percent of arrivals. */
    private static final String MEANS = """
            default 86.30/87.47 90.62/90.85 91.65/91.88 91.78/92.00 92.86/93.08 95.23/95.39
            cpu050 89.02/91.24 93.03/93.27 93.52/93.79 93.46/93.72 93.56/93.79 95.00/95.21
            cpu100 87.44/89.11 91.73/91.95 92.41/92.64 92.49/92.72 93.26/93.44 95.21/95.35
            cpu200 83.03/83.77 87.46/87.70 89.67/89.92 89.98/90.22 92.15/92.40 94.82/95.05
            cpu250 80.00/80.41 83.57/83.81 87.75/87.99 88.05/88.28 91.21/91.45 93.20/93.41
            gpushare40 84.86/86.00 89.30/89.56 89.76/90.02 89.77/90.03 91.44/91.69 93.96/94.15
            gpushare60 82.81/83.65 86.82/87.11 86.90/87.20 87.15/87.45 89.06/89.36 91.25/91.40
            gpushare80 80.62/81.22 84.14/84.49 84.50/84.85 84.65/85.00 86.66/87.01 89.08/89.31
            gpushare100 78.90/79.44 81.98/82.42 82.22/82.65 82.13/82.57 84.62/85.01 86.64/86.90
            gpuspec10 86.26/87.43 90.17/90.39 91.96/92.18 92.24/92.46 93.10/93.31 94.66/94.95
            gpuspec20 85.90/87.24 88.29/89.97 89.11/92.24 89.28/92.94 88.46/93.30 94.66/94.84
            gpuspec25 85.42/86.94 85.44/89.63 86.41/92.08 86.77/92.98 85.67/93.23 93.91/94.74
            gpuspec33 83.87/86.46 79.82/89.14 81.09/92.12 82.22/93.22 80.40/93.09 87.84/94.55
            multigpu20 86.92/88.69 91.85/92.06 93.34/93.56 93.50/93.71 93.73/93.93 95.53/95.65
            multigpu30 86.63/89.27 93.11/93.28 94.55/94.72 94.70/94.87 94.57/94.72 96.36/96.46
            multigpu40 85.37/90.09 94.04/94.19 95.35/95.50 95.59/95.74 95.10/95.23 96.91/96.99
            multigpu50 81.28/90.28 94.73/94.85 95.69/95.81 96.06/96.18 95.62/95.74 97.09/97.18
            """;

    private PublishedPacking() {}

    /** A policy, and percent of GPU capacity in use at 100 and at 130 percent of arrivals. */
    record Row(String policy, double atHundred, double atEnd) {}

    /** The policies on a list, the last of them the best; none where nothing was published. */
    static List<Row> of(String list) {
        var rows = new ArrayList<Row>();
        for (String line : MEANS.lines().toList()) {
            var words = line.split(" ");
            if (words[0].equals(list)) {
                for (int i = 1; i < words.length; i++) {
                    var means = words[i].split("/");
                    rows.add(new Row(POLICIES.get(i - 1), Double.parseDouble(means[0]), Double.parseDouble(means[1])));
                }
            }
        }
        return rows;
    }
}
