/**
 * Every bound on what is read from a profile, each with its reason.
 *
 * A file may be cut, damaged or made up: reading it must end, in bounded
 * memory. The bound on frames per stack is that of the sampler.
 */

/** Bytes of a string; names are of up to MAX_NAME_LENGTH code points, metadata are shorter. */
export const MAX_STRING_SIZE = 64 * 1024;

/** Bytes of a line: a stack of MAX_FRAMES frames of usual length takes 8 MB. */
export const MAX_LINE_SIZE = 64 * 1024 * 1024;

/** Frames and strings that are defined at a time, in all processes together; each takes some 50 bytes. */
export const MAX_DEFINITIONS = 16 * 1024 * 1024;

/** Frames that differ; Austin defines some ten thousand in large programs. */
export const MAX_DISTINCT_FRAMES = 4 * 1024 * 1024;

/** Threads that differ, over the whole of a run. */
export const MAX_DISTINCT_THREADS = 1024 * 1024;

/** Frames that are kept to be repeated, in all threads together. */
export const MAX_REPEATABLE_FRAMES = 16 * 1024 * 1024;

/** Nodes of the call tree of a profile that is written in another form; large programs have some hundred thousand. */
export const MAX_PROFILE_NODES = 2 * 1024 * 1024;

/** Changes of stacks that are kept in their order; each takes some 20 bytes. Viewers of such profiles give up before. */
export const MAX_TIMELINE_SPANS = 4 * 1024 * 1024;

/** `map` metadata that is kept; a process may have 65 530 mappings. */
export const MAX_MAPS = 262_144;
