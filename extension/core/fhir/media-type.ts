/** Media type of a resource (https://hl7.org/fhir/R4/http.html#mime-type). What is handed over under it is read as nothing else. */
export const FHIR_JSON = 'application/fhir+json';
