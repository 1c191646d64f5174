/** What a browser sees until it has the app: that the core runs, and what to do. */
export function homePage(): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mini-Submarine</title></head>
<body>
<h1>Mini-Submarine runs</h1>
<p>This is the core of the workbench. Use it from a shell: <code>minisub --help</code> lists the commands,
<code>minisub run FILE</code> runs a pipeline.</p>
</body>
</html>
`
}
