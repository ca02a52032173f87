"""A plugin of the AWS CLI: its S3 is at the address that S3_ENDPOINT names, in every command and for every client of one.

Version 2.9 has no setting for that but `--endpoint-url`, which `cloudtrail validate-logs` does not hand to the S3 client that it makes.
Loaded by a `[plugins]` section in the tests' own configuration file. It must change nothing else about the CLI.
"""

import os


def awscli_initialize(cli):
    cli.register("before-endpoint-resolution.s3", point)


def point(builtins, **_):
    builtins["SDK::Endpoint"] = os.environ["S3_ENDPOINT"]
