"""An S3 server for the tests: OpenStack Swift, from Debian's python3-swift, whole in one process.

Called by s3-server.ts as `s3_server.py DIRECTORY ACCESS_KEY SECRET_KEY`; the key is one of tempauth's, ACCOUNT:USER. Swift's four
servers listen on loopback ports that the system picks, and keep everything below the directory. It verifies signatures and turns
strangers away. When it is ready it prints its address. It must never outlive who started it: it ends with its standard input.
"""

import os
import sys
from array import array

import eventlet

eventlet.monkey_patch()

from eventlet import tpool, wsgi
from paste.deploy import loadapp
from swift.common import utils
from swift.common.ring import RingData

# S3 takes 2 KB of metadata; Swift 256 bytes of each, unless it is told otherwise.
SWIFT = """
[swift-hash]
swift_hash_path_suffix = test

[swift-constraints]
max_meta_value_length = 2048

[storage-policy:0]
name = only
default = yes
"""

SERVER = """
[app:main]
use = egg:swift#{kind}
devices = {directory}
mount_check = false
"""

PROXY = """
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin

[filter:s3api]
use = egg:swift#s3api
location = us-east-1

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:listing_formats]
use = egg:swift#listing_formats

[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth proxy-server
"""


class Cache:
    """In place of memcached, without which tempauth will not do."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def delete(self, key, **_):
        self.kept.pop(key, None)


def serve(directory, name, settings, around=lambda app: app):
    """Answers the port."""
    path = os.path.join(directory, f"{name}.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[DEFAULT]\nswift_dir = {directory}\n{settings}")
    app = around(loadapp(f"config:{path}"))
    listener = eventlet.listen(("127.0.0.1", 0))
    # Names of headers as Swift's own way to serve leaves them: clients ask for metadata in small letters.
    eventlet.spawn(wsgi.server, listener, app, log_output=False, debug=False, capitalize_response_headers=False)
    return listener.getsockname()[1]


def main(directory, access_key, secret):
    with open(os.path.join(directory, "swift.conf"), "w", encoding="utf-8") as file:
        file.write(SWIFT)
    utils.set_swift_dir(directory)
    os.mkdir(os.path.join(directory, "disk"))
    for kind in ("account", "container", "object"):
        port = serve(directory, kind, SERVER.format(kind=kind, directory=directory))
        at = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
        device = {"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "disk", **at}
        # One partition, of which there is one replica.
        RingData([array("H", [0])], [device], 32).save(os.path.join(directory, f"{kind}.ring.gz"))
    cache = Cache()
    user = access_key.replace(":", "_")
    port = serve(
        directory,
        "proxy",
        PROXY.format(user=user, secret=secret),
        lambda app: lambda environ, start: app({**environ, "swift.cache": cache}, start),
    )
    print(f"http://127.0.0.1:{port}", flush=True)
    tpool.execute(sys.stdin.buffer.read)


if __name__ == "__main__":
    main(*sys.argv[1:])
