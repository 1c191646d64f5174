// Loaded before the host of the desktop app: the port that Electron gives a utility process, over Node's own channel.
Object.assign(process, {
  parentPort: {
    postMessage: (message: unknown) => process.send?.(message),
    on: (_event: 'message', listener: (event: { data: unknown }) => void) =>
      process.on('message', (data) => listener({ data })),
  },
})
