import * as v from 'valibot';
import { beginResearch, forgetResearch, researchFiles, researchShift } from '../core/wallet/research.ts';
import { ResearchFileSchema, type ResearchFile } from '../core/wallet/sealed-state.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { text } from './ui-arguments.ts';

const { id } = ResearchFileSchema.entries;

/** Arguments of the calls of {@link createResearchCalls}. */
export const RESEARCH_ARGUMENTS = {
  researchShift: v.tuple([text]),
  beginResearch: v.tuple([text, v.omit(ResearchFileSchema, ['at'])]),
  forgetResearch: v.tuple([id]),
  researchFiles: v.tuple([]),
} as const;

/** The calls of the wallet's own screens about files for research. What is in one never comes here. */
export function createResearchCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    async researchShift(owner: string): Promise<number> {
      return researchShift(await wallet.session(), owner);
    },
    async beginResearch(owner: string, file: Omit<ResearchFile, 'at'>): Promise<void> {
      await beginResearch(await wallet.session(), owner, file);
      changed();
    },
    async forgetResearch(of: string): Promise<void> {
      await forgetResearch(await wallet.session(), of);
      changed();
    },
    async researchFiles(): Promise<readonly ResearchFile[]> {
      return researchFiles(await wallet.session());
    },
  };
}
