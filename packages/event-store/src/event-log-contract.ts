export const eventLogContract = 1;
