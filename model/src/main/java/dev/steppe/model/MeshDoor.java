package dev.steppe.model;

/** That a gateway leads to other meshes; there is nothing to say about it. */
public record MeshDoor() {}
