// Asks whether a Docker engine answers where the environment says. It changes nothing and keeps no
// connection.

import { DockerClient } from './docker-client.ts';
import { BadDockerHost, dockerEndpoint } from './docker-endpoint.ts';

/** `misconfigured`: what the environment says can never be right. */
export type DockerAnswers =
  | { readonly answers: true; readonly version: string }
  | { readonly answers: false; readonly why: string; readonly misconfigured: boolean };

/** Whether a Docker engine answers where the environment says, and if not, why. Never rejects. */
export async function dockerAnswers(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<DockerAnswers> {
  try {
    const client = new DockerClient(dockerEndpoint(environment));
    try {
      return { answers: true, version: (await client.negotiate()).Version };
    } finally {
      client.close();
    }
  } catch (error) {
    return {
      answers: false,
      why: error instanceof Error ? error.message : String(error),
      misconfigured: error instanceof BadDockerHost,
    };
  }
}
