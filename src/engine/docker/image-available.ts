// Whether an image can be had: it is there, or it can be pulled. For the demo, which has to choose
// an engine before it runs.

import { DockerClient, DockerRefusal } from './docker-client.ts';
import { dockerEndpoint } from './docker-endpoint.ts';
import { DockerImages } from './docker-images.ts';

type ImageAvailability =
  | { readonly available: true }
  | { readonly available: false; readonly why: string };

/**
 * Pulls the image where it is missing. Never rejects: a daemon that does not answer makes no image
 * available.
 */
export async function imageAvailable(
  image: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ImageAvailability> {
  try {
    const client = new DockerClient(dockerEndpoint(environment));
    const images = new DockerImages(client);
    try {
      await client.negotiate();
      if (await isThere(client, image)) return { available: true };
      const failure = await images.pull(image);
      return failure === undefined ? { available: true } : { available: false, why: failure };
    } finally {
      images.close();
      client.close();
    }
  } catch (error) {
    return { available: false, why: error instanceof Error ? error.message : String(error) };
  }
}

async function isThere(client: DockerClient, image: string): Promise<boolean> {
  try {
    await client.json({
      method: 'GET',
      path: `/images/${encodeURIComponent(image)}/json`,
      repeatable: true,
    });
    return true;
  } catch (error) {
    if (error instanceof DockerRefusal && error.status === 404) return false;
    throw error;
  }
}
