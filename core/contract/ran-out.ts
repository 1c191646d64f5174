/** The reasons of attempts that ended since there was no more memory: in the words of this machine, and in those of a cluster. */
export const RAN_OUT_OF_MEMORY = /^ran out of memory\b|\bOOMKilled\b/
