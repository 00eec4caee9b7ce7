/** The flat inputs describe one target, and this is its name. */
export const TARGET = 'default';
