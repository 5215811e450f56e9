package dev.steppe.model;

/** Where a gateway gets a certificate that the mesh did not make. */
public record GatewayCertificateSource(String clusterName, String certResource) {}
