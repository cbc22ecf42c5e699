/** Loaded before a program for browsers: removes the globals that exist only in Node. */
for (const name of ["process", "Buffer", "global", "setImmediate", "clearImmediate"]) {
  delete globalThis[name]
}
