/** What a browser sees where the page was not built: that the core runs, and what to do. */
export function homePage(): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mini-Submarine</title></head>
<body>
<h1>The page was not built</h1>
<p>The core of the workbench runs, but the files of its page are not there. Run <code>npm run build</code> in the
checkout, then load this page again.</p>
<p>Without a page: <code>minisub --help</code> lists the commands, <code>minisub run FILE</code> runs a pipeline.</p>
</body>
</html>
`
}
