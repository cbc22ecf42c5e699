/** Loaded before a program for browsers, takes away the globals that Node has and browsers don't. */
for (const name of ["process", "Buffer", "global", "setImmediate", "clearImmediate"]) {
  delete globalThis[name]
}
