// The ESM client is evaluated before the CommonJS @dot-i package require()s it; jest otherwise reports a require cycle.
import '@kubernetes/client-node';
