// An S3 server that is none of ours: OpenStack Swift, as Debian packages it. It verifies signatures
// and lets nobody in who has none. (npm's s3rver serves requests without any; the rclone of Debian
// 12 is older than its `serve s3`.) It leaves nothing behind: no process and no file.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { requirement } from './requirement.ts';
import { region } from './server.ts';

const program = fileURLToPath(new URL('./s3_server.py', import.meta.url));

export class S3Server implements AsyncDisposable {
  static readonly credentials = { accessKeyId: 'lab:reader', secretAccessKey: 'hunter2' };
  readonly url: string;
  readonly client: S3Client;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(url: string, child: ChildProcess, directory: string) {
    this.url = url;
    this.client = new S3Client({
      endpoint: url,
      region,
      credentials: S3Server.credentials,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    this.#child = child;
    this.#directory = directory;
  }

  /** One with an empty bucket. Rejects with what the program said where it ends too early. */
  static async start(bucket: string): Promise<S3Server> {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-s3-'));
    const { accessKeyId, secretAccessKey } = S3Server.credentials;
    const child = spawn(
      requirement('swift').command,
      [program, directory, accessKeyId, secretAccessKey],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
      child
        .once('error', reject)
        .once('close', (code) => reject(new Error(`the S3 server ended with ${code}: ${said}`)));
    });
    const server = new S3Server(url, child, directory);
    await server.client.send(new CreateBucketCommand({ Bucket: bucket }));
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => {
        child.once('close', resolve);
        child.stdin?.end();
      });
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
