import { describe, expect, test } from 'vitest'
import { grammarOf } from './grammar.ts'
import { search } from './search.ts'
import { sourceOf } from './source.ts'

/** What is found in a text as a file of a name, on a machine that is called ada-laptop. */
function found(name: string, text: string): string[] {
  const grammar = grammarOf(name, text)
  if (grammar === undefined) throw new Error(`no grammar for ${name}`)
  const given = (variable: string): boolean => ['MLFLOW_TRACKING_URI', 'DATA_ROOT'].includes(variable)
  return search(sourceOf(text, grammar), 'ada-laptop', given).map(({ text: it }) => it)
}

describe('in Python', () => {
  test.each([
    // Paths of this machine.
    [`df = pd.read_csv("/home/ada/data.csv")`, '/home/ada/data.csv'],
    [`df = pd.read_csv('/Users/ada/Downloads/wine quality.csv')`, '/Users/ada/Downloads/wine'],
    [`model = torch.load(r"C:\\Users\\ada\\model.pt")`, 'C:\\Users\\ada\\model.pt'],
    [`open("D:/projects/wine/train.csv")`, 'D:/projects/wine/train.csv'],
    [`open("C:\\\\data\\\\raw.csv")`, 'C:\\\\data\\\\raw.csv'],
    [`ROOT = Path("~/datasets").expanduser()`, '~/datasets'],
    [`key = open(os.path.expanduser("~/.kaggle/kaggle.json"))`, '~/.kaggle/kaggle.json'],
    [`path = f"/home/{user}/runs"`, '/home/{user}/runs'],
    [`np.load("/mnt/nas/features.npy")`, '/mnt/nas/features.npy'],
    [`data_dir = "/Volumes/Backup/images"`, '/Volumes/Backup/images'],
    [`subprocess.run(["cp", "/home/ada/.ssh/id_rsa", "."])`, '/home/ada/.ssh/id_rsa'],
    [`DATA_DIR = "/data/imagenet"`, '/data/imagenet'],
    [`files = glob.glob("/scratch/ada/*.parquet")`, '/scratch/ada/*.parquet'],
    [`img = cv2.imread("/datasets/coco/0001.jpg")`, '/datasets/coco/0001.jpg'],
    [`df = pd.read_csv("/kaggle/input/titanic/train.csv")`, '/kaggle/input/titanic/train.csv'],
    [`url = "file:///home/ada/mlruns"`, '/home/ada/mlruns'],
    [`engine = create_engine("sqlite:////home/ada/app.db")`, '/home/ada/app.db'],
    [`sys.path.append("/home/ada/lib")  # ours`, '/home/ada/lib'],
    [`x = {"train": "/home/ada/a.csv"}`, '/home/ada/a.csv'],
    [`f(\n  "/home/ada/a.csv"\n)`, '/home/ada/a.csv'],
    [`path = \\\n  "/home/ada/a.csv"`, '/home/ada/a.csv'],
    [`sql = """\nCOPY t FROM '/home/ada/t.csv'\n"""`, '/home/ada/t.csv'],
    [`parser.add_argument("--data", default="/data/x")`, '/data/x'],
    [`open("C:/Users/ada/x")`, 'C:/Users/ada/x'],
    [`root = r"C:\\data\\d"`, 'C:\\data\\d'],
    // Variables.
    [`x = f"{os.environ['API_KEY']}"`, 'API_KEY'],
    [`x = f'Bearer {{}} {os.getenv("API_KEY")}'`, 'API_KEY'],
    [`x = rf"""\n{x} {os.environ['API_KEY']}"""`, 'API_KEY'],
    [`x = os.environ["MLFLOW_S3_ENDPOINT_URL"]`, 'MLFLOW_S3_ENDPOINT_URL'],
    [`if os.environ.get("API_KEY") is None:\n    raise SystemExit`, 'API_KEY'],
    [`os.environ.update({"OTHER": "x"})\nx = os.environ["API_KEY"]`, 'API_KEY'],
    [`key = os.environ["OPENAI_API_KEY"]`, 'OPENAI_API_KEY'],
    [`key = os.getenv("API_KEY")`, 'API_KEY'],
    [`key = os.environ.get('API_KEY')`, 'API_KEY'],
    [`key = os.environ.get("API_KEY", None)`, 'API_KEY'],
    [`from os import environ\nkey = environ["API_KEY"]`, 'API_KEY'],
    [`if not os.environ.get("API_KEY"):\n    raise SystemExit`, 'API_KEY'],
    [`key = os.environ[ b"API_KEY" ]`, 'API_KEY'],
    [`print(f"{x}", os.environ["API_KEY"])`, 'API_KEY'],
    // Addresses.
    [`mlflow.set_tracking_uri("http://localhost:5000")`, 'localhost:5000'],
    [`db = psycopg.connect("postgresql://ada:pw@127.0.0.1:5432/wine")`, '127.0.0.1:5432'],
    [`requests.get("http://192.168.1.20/api")`, '192.168.1.20'],
    [`requests.get("http://10.0.12.7:8080/api")`, '10.0.12.7:8080'],
    [`host = "172.16.4.2"`, '172.16.4.2'],
    [`redis.Redis(host="localhost", port=6379)`, 'localhost'],
    [`requests.get("http://host.docker.internal:8000")`, 'host.docker.internal:8000'],
    [`client = MongoClient("mongodb://mongo:27017")`, 'mongodb://mongo:27017'],
    [`engine = create_engine("postgresql://ada:secret@db:5432/wine")`, 'postgresql://…@db:5432'],
    [`url = f"amqp://{user}:{password}@queue"`, 'amqp://…@queue'],
    [`requests.get("http://token@nas/x"); requests.get("http://other@nas/x")`, 'http://…@nas'],
    [`requests.get("http://nas.local/data.zip")`, 'nas.local'],
    [`requests.post("http://inference/predict")`, 'http://inference'],
    [`url = "http://[::1]:8080"`, '[::1]:8080'],
    [`broker = "ada-laptop:9092"`, 'ada-laptop:9092'],
  ])('%j names %j', (text, wanted) => expect(found('a.py', text)).toEqual([wanted]))

  test.each([
    // Comments and documentation.
    `# df = pd.read_csv("/home/ada/data.csv")`,
    `x = 1  # see /home/ada/notes, http://localhost:5000`,
    `"""Reads /home/ada/data.csv from http://localhost."""`,
    `def f():\n    """Reads os.environ["API_KEY"].\n\n    It's at '/home/ada/x'.\n    """\n    return 1`,
    `class A:\n    r'''C:\\Users\\ada'''`,
    // Paths that images have, that are relative, or that are of an address.
    `open("/etc/ssl/certs/ca-certificates.crt")`,
    `subprocess.run(["/usr/bin/env", "/bin/sh"])`,
    `open("/dev/null"); open("/proc/cpuinfo"); open("/sys/fs/cgroup/memory.max")`,
    `open("/mini-submarine/inputs/train")`,
    `open("data/raw.csv"); open("./home/ada/x"); open("../Users/a")`,
    `requests.get("https://example.com/home/ada/data.csv")`,
    `requests.get("https://raw.githubusercontent.com/mnt/data/x.csv")`,
    `spark.read.parquet("s3://mnt/data/x.parquet"); open_uri("gs://home/a/b")`,
    `requests.get(BASE + "/home/ada/items")`,
    `requests.get(f"{base}/data/items.json")`,
    `app.get("/data/items")`,
    `@router.post("/media/upload.json")`,
    `url = "/content/pages/1.html"`,
    `print("home/user/x and/or a/b")`,
    `re.compile(r"a~/b|^~$")`,
    `print("Loss:\\n", loss); print("a:\\tb")`,
    `ratio = "w:/h"`,
    `os.makedirs(os.path.expanduser("~/.cache/huggingface"), exist_ok=True)`,
    `x = 4 // 2; y = a /home/ b`,
    // Variables with a value, or that are only asked for.
    `os.environ["MINISUB_OUTPUTS"]; os.environ["MLFLOW_TRACKING_URI"]; os.environ["PATH"]; os.environ["HOME"]`,
    `key = os.environ.get("API_KEY", "none")`,
    `key = os.getenv("API_KEY", default="none")`,
    `key = os.environ.get("API_KEY") or "none"`,
    `os.environ["TOKENIZERS_PARALLELISM"] = "false"\nprint(os.environ["TOKENIZERS_PARALLELISM"])`,
    `os.environ.setdefault("API_KEY", "x")\nkey = os.environ["API_KEY"]`,
    `if "API_KEY" in os.environ:\n    key = os.environ["API_KEY"]`,
    `if os.environ.get("DEBUG"):\n    pass`,
    `try:\n    key = os.environ["API_KEY"]\nexcept KeyError:\n    key = ""`,
    `del os.environ["API_KEY"]`,
    `print("set os.environ['API_KEY'] first")`,
    `rank = int(os.environ["LOCAL_RANK"]); world = os.environ["WORLD_SIZE"]`,
    `config.environ_get["X"]; self.getenv("X")`,
    // Addresses that others see as well, or that are of the step itself.
    `requests.get("https://example.com:8443/localhost-guide")`,
    `requests.get("https://pypi.org/simple")`,
    `server.bind(("127.0.0.1", 0))`,
    `uvicorn_app.run_app(app, host="127.0.0.1")`,
    `HTTPServer(("localhost", 8000), Handler).serve_forever()`,
    `dist.init_process_group("gloo", init_method="tcp://127.0.0.1:29500")`,
    `if host == "localhost" or host in ("127.0.0.1", "::1"):\n    pass`,
    `uri = os.environ.get("MLFLOW_TRACKING_URI", "http://localhost:5000")`,
    `root = os.environ.get("DATA_ROOT", "/home/ada/data")`,
    `version = "10.2.1"; other = "1.10.0.0.1.2"; third = "192.168"`,
    `x = a[::1]; y = "a[::1]"[::-1]`,
    `data = threading.local(); cfg = "settings.local"; p = "/x/.local/bin"`,
    `"minio.store.svc.cluster.local:9000"`,
    `s3 = "s3://bucket/key"; m = "models:/wine/1"; r = "runs:/abc/model"; h = "hdfs://cluster/x"`,
    `ns = {"x": "http://www.w3.org/2001/XMLSchema"}`,
    `url = "http://%s:%d" % (host, port); other = "http://{}/x".format(host); third = f"http://{host}/x"`,
    `os.environ["NO_PROXY"] = "localhost,127.0.0.1"`,
    `app.listen("0.0.0.0", 8000)`,
    `label = "ada-laptop"`,
    `path = "/tmp"`,
    `path = os.path.join("/", "home", name)`,
    // What only looks like it.
    `re.match(r"\\d\\d:\\d\\d", x); re.match(r"e:\\d+\\.\\d+", x)`,
    `plt.title(r"$f:\\mathbb{R}$"); plt.title(r"$g, f:\\mathbb{R}\\to\\mathbb{R}$")`,
    `uvicorn.run(app, host="127.0.0.1")`,
    `is_debug = os.environ.get("DEBUG") == "1"`,
    `is_debug = os.getenv("DEBUG") in ("1", "true"); has_key = os.getenv("API_KEY") is not None`,
    `os.environ.update({"API_KEY": read(), 'OTHER': "x"})\nx = os.environ["API_KEY"] + os.environ["OTHER"]`,
    `os.environ.update(API_KEY="x", OTHER="y")\nx = os.environ["API_KEY"] + os.environ["OTHER"]`,
    `os.environ |= {"API_KEY": "x"}\nx = os.environ["API_KEY"]`,
    `x_data = h5["/data/train"]; files[0]["/data/train"]`,
    `x = "{os.environ['API_KEY']}"; y = f"{{os.environ['API_KEY']}}"; z = f"{x} os.environ['API_KEY']"`,
  ])('%j names nothing', (text) => expect(found('a.py', text)).toEqual([]))
})

describe('in shell scripts', () => {
  test.each([
    [`cp /home/ada/model.pt .`, '/home/ada/model.pt'],
    [`cat ~/wine.csv | sort`, '~/wine.csv'],
    [`python train.py --data=/mnt/nas/wine.csv`, '/mnt/nas/wine.csv'],
    [`docker run -v /home/ada/x:/mnt ubuntu`, '/home/ada/x'],
    [`curl -H "Authorization: $API_KEY" https://example.com`, 'API_KEY'],
    ['aws s3 cp "${BUCKET}/x" .', 'BUCKET'],
    ['cd "${PROJECT_DIR%/}"', 'PROJECT_DIR'],
    [': "${API_KEY:?is missing}"', 'API_KEY'],
    [`cat <<EOF\nkey=$API_KEY\nEOF`, 'API_KEY'],
    [`curl http://localhost:9000/x`, 'localhost:9000'],
    [`pg_dump -h 10.1.2.3 wine`, '10.1.2.3'],
    [`wget http://fileserver/wine.csv`, 'http://fileserver'],
    [`rsync ada@nas.local:/x .`, 'nas.local'],
    [`python train.py --epochs $EPOCHS`, 'EPOCHS'],
    [`cat <<EOF\nit's $API_KEY\nEOF\n# don't\necho /home/ada/x`, 'API_KEY', '/home/ada/x'],
    [`cp C:/Users/ada/x .`, 'C:/Users/ada/x'],
    [`source venv/bin/activate\necho $API_KEY`, 'API_KEY'],
    [`x=$((1<<N))\n# cp /home/ada/x .\necho $API_KEY`, 'API_KEY'],
    [`read -p "name? " NAME; echo $NAME $OTHER`, 'OTHER'],
  ])('%j names %j', (text, ...wanted) => expect(found('a.sh', text)).toEqual(wanted))

  test.each([
    `# cp /home/ada/x .`,
    `cp "$MINISUB_INPUTS/x" "$MINISUB_OUTPUTS/y"  # from ~/x`,
    `DATA=x; cat "$DATA"`,
    `export MODEL=a\necho $MODEL`,
    `for F in *.csv; do echo "$F"; done`,
    `while read LINE; do echo "$LINE"; done < x`,
    `local A B=2; echo $A $B`,
    'echo "${API_KEY:-none} ${OTHER-} ${THIRD:=x} ${FLAG:+on}"',
    `echo $1 $# $@ $? $$ $! \${#X} $lower`,
    `awk '{print $NF, $FILENAME}' x`,
    `echo '$API_KEY' "\\$API_KEY" \\$API_KEY`,
    `cat <<'EOF'\nkey=$API_KEY # don't\nEOF\n`,
    `if [ -n "$API_KEY" ]; then echo "$API_KEY"; fi`,
    `[[ -v API_KEY ]] && echo $API_KEY`,
    `echo $HOME $PATH $PWD $RANDOM $HOSTNAME $BASH_SOURCE $SECONDS`,
    `ls /usr/local/bin /etc/ssl /opt/conda /dev/null`,
    `curl https://example.com/home/ada`,
    `uvicorn app:app --bind 127.0.0.1:8000`,
    `export NO_PROXY=localhost,127.0.0.1`,
    `cat <<< "x" | tr a b`,
    ': "${DATA:=/usr/share/x}"\necho $DATA',
    ': "${DATA=x}"; echo $DATA',
    `source config.sh\necho $API_KEY`,
    `. "$(dirname "$0")/config.sh" && echo $API_KEY`,
    `read -p "name? " NAME; echo $NAME`,
    `read -r -t 5 -p 'name? ' NAME OTHER; echo $NAME $OTHER`,
    `select X in a b; do echo $X; done`,
    `cat <<EOF\ndon't\nEOF\n# it's /home/ada/x\necho a # /home/ada/y`,
    `cat <<-EOF\n\tdon't\n\tEOF\n# /home/ada/x`,
    `echo $EPOCHSECONDS $EPOCHREALTIME`,
  ])('%j names nothing', (text) => expect(found('a.sh', text)).toEqual([]))
})

describe('in JavaScript', () => {
  test.each([
    ["fs.readFileSync('/Users/ada/x.json')", '/Users/ada/x.json'],
    ['const key = process.env.API_KEY', 'API_KEY'],
    [`const key = process.env["API_KEY"]`, 'API_KEY'],
    ['fetch(`https://example.com/${process.env.API_KEY}`)', 'API_KEY'],
    ["fetch('http://localhost:3000/x')", 'localhost:3000'],
    [`const isQuote = /["'\`]/.test(c); open('/home/ada/x')`, '/home/ada/x'],
  ])('%j names %j', (text, wanted) => expect(found('a.mjs', text)).toEqual([wanted]))

  test.each([
    "// fs.readFileSync('/Users/ada/x.json')",
    "/* process.env.API_KEY\n * it's at /home/ada */",
    "const key = process.env.API_KEY ?? 'none'",
    "const key = process.env.API_KEY || 'none'",
    "if (process.env.DEBUG) console.log('x')",
    "process.env.API_KEY = 'x'",
    "const isTest = process.env.STAGE === 'test'",
    'const env = process.env.NODE_ENV',
    'const half = a / b; const third = c / d',
    "server.listen(8080, '127.0.0.1')",
    'const items = await fetch("/data/items.json")',
  ])('%j names nothing', (text) => expect(found('a.ts', text)).toEqual([]))
})

describe('in settings and other languages', () => {
  test.each([
    ['a.yaml', 'data: /home/ada/wine.csv', '/home/ada/wine.csv'],
    ['a.toml', `uri = "postgresql://localhost/wine" # ours`, 'localhost'],
    ['a.json', '{"root": "/mnt/nas/wine"}', '/mnt/nas/wine'],
    ['.env', 'BROKER=kafka://broker:9092', 'kafka://broker:9092'],
    ['a.R', 'x <- read.csv("/home/ada/x.csv")', '/home/ada/x.csv'],
    ['a.R', 'k <- Sys.getenv("API_KEY")', 'API_KEY'],
    ['run', '#!/usr/bin/env bash\ncat /home/ada/x', '/home/ada/x'],
    ['run', '#!/usr/bin/python3\nopen("/home/ada/x")', '/home/ada/x'],
  ])('%s: %j names %j', (name, text, wanted) => expect(found(name, text)).toEqual([wanted]))

  test.each([
    ['a.yaml', '# data: /home/ada/wine.csv\nname: a # /home/ada/x'],
    ['a.yaml', 'url: https://example.com/home/ada#/mnt/x'],
    ['a.yaml', "note: don't use # /home/ada/x"],
    ['a.yaml', "- it's\n- b # /home/ada/x"],
    ['a.ini', 'path = data/wine.csv'],
    ['a.R', 'k <- Sys.getenv("API_KEY", "none") # /home/ada/x'],
  ])('%s: %j names nothing', (name, text) => expect(found(name, text)).toEqual([]))
})
