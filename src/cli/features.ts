export const featuresVerb = undefined as never;
