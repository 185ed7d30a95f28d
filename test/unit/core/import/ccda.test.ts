import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, formatOf, mutated, planned, plannedOrRefused, remarksOf, stored } from './support.ts';

const allergy = `<component><section><templateId root="2.16.840.1.113883.10.20.22.2.6.1" extension="2015-08-01"/>
<code code="48765-2" codeSystem="2.16.840.1.113883.6.1"/><title>Allergies</title><text>Penicillin: hives</text>
<entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30" extension="2015-08-01"/>
<id root="4a2ac5fc-0c85-4223-baee-c2e254803974"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/><effectiveTime><low value="20120806"/></effectiveTime>
<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7" extension="2014-06-09"/>
<id root="4adc1020-7b14-11db-9fe1-0800200c9a66"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><effectiveTime><low value="20120806"/></effectiveTime>
<value xsi:type="CD" code="419511003" displayName="Propensity to adverse reactions to drug" codeSystem="2.16.840.1.113883.6.96"/>
<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT"><code code="7980" displayName="Penicillin" codeSystem="2.16.840.1.113883.6.88"/></playingEntity></participantRole></participant>
</observation></entryRelationship></act></entry></section></component>`;
const document = `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><realmCode code="US"/>
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
<id root="1.2.3"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary of care</title><effectiveTime value="20240305120000"/>
<confidentialityCode code="N"/><languageCode code="en-US"/>
<recordTarget><patientRole><id root="2.16.840.1.113883.19.5" extension="1"/><addr><city>Bern</city></addr><patient><name><given>Ida</given><family>Muster</family></name><administrativeGenderCode code="F"/><birthTime value="19800102"/></patient></patientRole></recordTarget>
<component><structuredBody>${allergy}</structuredBody></component></ClinicalDocument>`;

describe('a clinical document', () => {
  it('is kept, and what is in it is taken as FHIR; read again it is the same', async () => {
    const [plan, again] = [await planned(document, 'x.xml'), await planned(document, 'x.xml')];
    expect(formatOf(plan)).toBe('c-cda');
    expect(plan.items.get('documents')).toContainEqual(
      expect.objectContaining({
        type: 'File',
        title: 'Summary of care',
        date: '2024-03-05',
        mediaType: 'application/xml',
      }),
    );
    expect(JSON.stringify(stored(plan))).toContain('Penicillin');
    expect(plan.items.get('allergies')).toHaveLength(1);
    expect(plan.items.get('profile')?.[0]).toMatchObject({ title: 'Ida Muster' });
    expect(again.digests).toEqual(plan.digests);
  });

  it.each([
    ['without a body', '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Empty</title></ClinicalDocument>'],
    ['that is cut short', document.slice(0, 900)],
    ['with a document type', document.replace('<ClinicalDocument', '<!DOCTYPE a [<!ENTITY b "c">]><ClinicalDocument')],
  ])('one %s is kept all the same', async (_, text) => {
    const plan = await planned(text, 'x.xml');
    expect(plan.items.get('documents')?.filter(({ type }) => type === 'File')).toHaveLength(1);
    expect(remarksOf(plan)).not.toEqual([]);
  });

  it('whatever the bytes, it is taken or refused on purpose', async () => {
    const change = fc.tuple(fc.nat(5_000), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        await plannedOrRefused(mutated(bytes(document), changes), 'x.xml');
      }),
      { numRuns: 150 },
    );
  });
});
