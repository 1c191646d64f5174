// Loaded before the host of the desktop app: the port that Electron gives a utility process, over Node's own channel.
Object.assign(process, {
  parentPort: {
    postMessage: (message) => process.send(message),
    on: (_event, listener) => process.on('message', (data) => listener({ data })),
  },
})
