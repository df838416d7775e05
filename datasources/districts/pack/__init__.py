"""Reads a district pack and checks it as one map: every fault a sentence."""
