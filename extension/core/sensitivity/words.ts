import type { Sensitive } from './sensitive.ts';
import { folded } from './texts.ts';

/**
 * Words by which a text is sensitive: beginnings of words in English, German, Spanish and Arabic, and in French, Dutch, Italian and
 * Portuguese, which records come in. Deliberately wide: a section that is shared too rarely does less harm than a diagnosis shared by
 * habit. Written without accents, as texts are folded.
 */
// prettier-ignore
const WORDS: readonly (readonly [Sensitive, readonly string[]])[] = [
  ['substance-use', [
    // en
    'alcohol(ism|ic|s)?\\b', 'ethanol (level|in blood|\\[)', 'blood ethanol', 'misuses? drugs',
    '(drug|substance|polysubstance|opioid|opiate|narcotic|cannabi\\w*|marijuana|cocaine|heroin|amphetamine|stimulant|inhalant|hallucinogen|sedative|benzodiazepine|tranquil\\w*)s? (use|abuse|misuse|depend|addict|overdos|intoxic|withdraw|disorder|counsel|rehab|test|screen(?!ing for drug allerg))',
    'drug user', 'addict(ion|ed|ive)', 'cocaine', 'heroin', 'cannabi', 'marijuana', 'methamphetamine', 'overdose', 'detox', 'audit-?c\\b', 'dast-?10', 'cage questionnaire', 'illicit', 'binge drinking', 'delirium tremens', 'korsakoff', 'injecting drug', 'drinking problem', 'drinks? containing alcohol', 'drunk',
    'methadon', 'buprenorphin', 'suboxone', 'subutex', 'naltrexon', 'naloxon', 'narcan', 'disulfiram', 'antabus', 'acamprosat', 'campral',
    // de
    'alkohol', 'drogen', 'polytoxik', '(opioid|opiat|kokain|medikamenten|substanz|sedativ\\w*|benzodiazepin\\w*)-?(abhang|missbrauch|abusus|sucht|entzug)', 'abhangigkeitssyndrom', 'sucht', 'entzugs?(syndrom|behandl|klinik|delir|ersch)', 'kokain', 'haschisch', 'substitutions(therap|behandl)', 'abstinen',
    // es
    'consumo de (alcohol|drogas|sustancias|tabaco y)', 'dependencia (a|de|del|al) (los |las |la )?(alcohol|opio|opia|coca|canna|droga|sustanc|seda|benzo|hero)', 'drogadic', 'toxicoman', 'drogodepend', 'cocaina', 'heroina', 'sobredosis', 'abuso de (drogas|sustancias|alcohol|opio|coca|canna)', 'desintoxic', 'adiccion', 'adicto', 'etilism', 'enolism', 'embriaguez', 'marihuana', 'drogas',
    // fr
    'alcool', 'dependance (a l|aux?|a la) ?(alcool|op|coca|drog|canna|hero|substanc)', 'sevrage', 'surdose', 'ethyli(sme|que)', 'toxicodepend', 'stupefiant',
    // nl, it, pt
    'verslav', 'drugs(gebruik|verslav|misbruik)', 'middelen(misbruik|gebruik|afhank)', 'alcoholverslaving', 'alcoholmisbruik', 'alcoholgebruik', 'tossico(dipend|man)', 'alcolis', 'dipendenza da', 'toxicodepend', 'dependencia (de drogas|quimica|alcool)', 'alcoolis',
    // ar
    'إدمان', 'مدمن', 'كحول', 'خمور', 'مسكرات', 'مخدر', 'هيروين', 'كوكايين', 'كوكاين', 'حشيش', 'ماري[غج]وانا', 'قنب', 'أفيون', 'أمفيتامين', 'ميثامفيتامين', 'كبتاغون', 'متعاط', 'تعاطي (ال)?مواد', 'جرع[ةه] (زائد|مفرط)', '(ازالة|سحب) السموم', '(أعراض|متلازمة) الانسحاب', 'ميثادون', 'بوبرينورفين', 'نالتريكسون', 'نالوكسون', 'ديسولفيرام', 'أكامبروسات',
  ]],
  ['sexual-health', [
    // en
    'hiv([- ]?[12])?\\b', 'human immunodeficiency', 'aids\\b', 'antiretrovir', 'syphili', 'gonorrh', 'gonococ', 'chlamyd', 'genital (herpes|wart)', 'herpes genital', 'condylom', 'trichomon', 'sexually', 'stds\\b', 'venereal', 'sexual', 'gender (identity|dysphor|incongru|reassign|affirm)', 'transgender', 'transsexual', 'abortion', 'termination of pregnancy', 'contracep', 'birth control', 'intrauterine device', 'iud\\b', 'morning.after pill', 'vasectomy', 'tubal ligation', 'infertil', 'ivf\\b', 'in vitro fertil', 'erectile', 'impoten(ce|cy|t)', 'domestic (violence|abuse)', 'intimate partner', 'rape\\b', 'pre-exposure prophylaxis',
    'viagra', 'sildenafil', 'tadalafil', 'cialis', 'vardenafil', 'levonorgestrel', 'ethinyl ?(o?estradiol)', 'etonogestrel', 'drospirenon', 'norelgestromin', 'norethi(ndron|steron)', 'medroxyprogesteron', 'mifepriston', 'ulipristal', 'misoprostol', 'emtricitabin', 'tenofovir', 'efavirenz', 'dolutegravir', 'raltegravir', 'bictegravir', 'rilpivirin', 'darunavir', 'atazanavir', 'abacavir', 'lamivudin', 'zidovudin', 'cobicistat', 'elvitegravir', 'lopinavir', 'etravirin', 'cabotegravir', 'maraviroc', 'truvada', 'descovy', 'biktarvy', 'triumeq', 'genvoya', 'dovato', 'nuvaring', 'mirena', 'depo-?provera', 'ortho tri-?cyclen', 'yasmin\\b', 'treponema',
    // de
    'lues\\b', 'tripper\\b', 'geschlechtskrank', 'genital(herpes|warz)', 'feigwarz', 'sexuell', 'geschlechts(identitat|angleich|dysphorie|umwand|inkongru)', 'schwangerschaftsabbruch', 'abtreibung', 'verhutung', 'kontrazep', '(hormon|kupfer)spirale', 'antibabypille', 'pille danach', 'erektil', 'erektionsstorung', 'unfruchtbar', 'kunstliche befrucht', 'hausliche gewalt', 'vergewaltig', 'trans(ident|sexuell)',
    // es
    'vih\\b', 'sida\\b', 'sifilis', 'gonorrea', 'clamidi', 'transmision sexual', 'anticoncep', 'aborto (inducido|provocado|voluntario|terapeutico)', 'interrupcion (voluntaria |legal )?del embarazo', 'identidad de genero', 'disforia', 'disfuncion erectil', 'violencia (domestica|de genero|machista|de pareja)', 'violacion\\b', 'infertilidad', 'esterilidad', 'virus de (la )?inmunodeficiencia',
    // fr
    'blennorrag', 'sexuel', 'avortement', 'interruption (volontaire |medicale )?de (la )?grossesse', 'ivg\\b', 'sterilet', 'dysfonction erectile', 'identite de genre', 'violences? conjugale', 'viol\\b', 'immunodeficience humaine',
    // nl, it, pt
    'soa\\b', 'zwangerschapsafbreking', 'abortus provocatus', 'anticoncept', 'geslachtsziekte', 'seksu', 'aborto (indotto|procurato)', 'interruzione (volontaria )?(di|della) gravidanza', 'contracce', 'sifilide', 'disfunzione erettile', 'sessual', 'interrupcao (voluntaria )?da gravidez', 'dst\\b', 'imunodeficiencia humana',
    // ar
    'فيروس نقص المناع', 'نقص المناع[ةه] البشري', 'إيدز', 'زهري', 'سيلان', 'إجهاض', 'إنهاء الحمل', '(منع|موانع|مانع) (ال)?حمل', 'مانع للحمل', 'لولب (ال)?(رحم|هرمون|نحاس)', 'جنسي', 'عقم', 'اغتصاب', 'عنف (ال)?(أسري|منزلي|زوجي)', 'انتصاب', 'كلاميديا', 'مشعرات', '(هربس|ثآليل) (ال)?تناسلي', 'أطفال الأنابيب', 'تلقيح (ال)?صناعي', 'مضادات الفيروسات القهقرية', 'فيا[غج]را', 'سيلدينافيل', 'تادالافيل',
  ]],
  ['genetics', [
    'brca ?[12]?\\b', 'germ-?line', 'karyotyp', 'genetic', 'genom', 'gene (mutation|variant|analysis|panel|test|sequenc|deletion|duplication)', 'mutation analysis', 'dna (analysis|sequenc|test|profile|marker)', 'exome', 'chromosom', 'hereditary', 'heritable', 'carrier (status|screening|of)', 'huntington', 'factor v leiden', 'down syndrome', 'trisomy', 'lynch syndrome', 'li-?fraumeni', 'apoe\\b', 'cytogenetic', 'pharmacogen', 'microarray', 'cystic fibrosis (gene|carrier|mutation)', 'cftr\\b',
    'genetisch', 'gentest', 'genmutation', 'genvariante', 'humangenet', 'erblich', 'erbkrank', 'keimbahn', 'trisomie',
    'cromosom', 'hereditari', 'trisomia', 'mutacion', 'genetique', 'hereditair', 'ereditari', 'erfelijk', 'kiembaan', 'hereditaria',
    'جيني', 'جينات', 'جينوم', 'وراث', 'كروموسوم', 'صبغي', 'طفر[ةه]', 'طفرات', 'متلازم[ةه] داون', 'نمط (ال)?نووي',
  ]],
  ['mental-health', [
    // en
    'depress(ion|ive|ed)\\b', 'anxiety', 'anxious', 'panic', 'psych', 'bipolar', 'mania\\b', 'manic', 'hypomani', 'schizo', 'suicid', 'self[- ]?(harm|injur|mutil|poison|inflicted)', 'mental', 'behaviou?ral (health|disorder|problem)', 'phq-?[2489]\\b', 'patient health questionnaire', 'gad-?7', 'generali[sz]ed anxiety', 'ptsd\\b', 'post-?traumatic stress', 'anorexia nervosa', 'bulimi', 'eating disorder', 'binge.eating', 'adjustment disorder', 'personality disorder', 'borderline personality', 'obsessive', 'compulsive', 'ocd\\b', 'adhd\\b', 'attention[- ]deficit', 'autis', 'asperger', 'dementia', 'dissociative', 'somatoform', 'somati[sz]ation', 'phobi', 'agoraphob', 'dysthymi', 'electroconvulsive', 'cognitive behavio\\w* therapy', 'hallucinat', 'delusion', 'paranoi', 'burn-?out', 'tourette', 'hopeless', 'little interest or pleasure', 'intellectual disabilit', 'low mood', 'mood disorder', 'affective disorder', 'stress disorder', 'grief', 'bereave', 'antidepress', 'antipsychotic',
    'sertralin', 'zoloft', 'fluoxetin', 'prozac', 'citalopram', 'escitalopram', 'lexapro', 'cipralex', 'paroxetin', 'paxil', 'fluvoxamin', 'venlafaxin', 'effexor', 'desvenlafaxin', 'duloxetin', 'cymbalta', 'bupropion', 'wellbutrin', 'mirtazapin', 'remeron', 'trazodon', 'amitriptylin', 'nortriptylin', 'clomipramin', 'imipramin', 'doxepin', 'vortioxetin', 'opipramol', 'agomelatin', 'lithium', 'litio\\b', 'quilonum', 'quetiapin', 'seroquel', 'olanzapin', 'zyprexa', 'risperidon', 'risperdal', 'aripiprazol', 'abilify', 'haloperidol', 'haldol', 'clozapin', 'ziprasidon', 'paliperidon', 'lurasidon', 'cariprazin', 'brexpiprazol', 'amisulprid', 'chlorpromazin', 'alprazolam', 'xanax', 'lorazepam', 'ativan', 'tavor\\b', 'diazepam', 'valium', 'clonazepam', 'klonopin', 'oxazepam', 'buspiron', 'methylphenidat', 'metilfenidato', 'ritalin', 'concerta\\b', 'atomoxetin', 'strattera', 'lisdexamfetamin', 'vyvanse', 'elvanse',
    // de
    'depressi', 'angst(storung|zustand|erkrank|attack|neuros)', 'panik', 'suizid', 'selbst(mord|verletz|totung)', 'manie\\b', 'manisch', 'zwangs(storung|gedank|handl|erkrank)', 'ess-?storung', 'magersucht', 'personlichkeitsstorung', 'anpassungsstorung', 'belastungs(storung|reaktion)', 'seelisch', 'demenz', 'adhs\\b', 'geistige behinderung', 'intelligenz(minderung|storung)', 'nervenheilkunde', 'halluzin', 'wahn(haft|vorstell|idee|storung)', 'lithiumsalz',
    // es
    'depres(ion|iv)', 'ansiedad', 'angustia', 'psiq', 'psic', 'esquizo', 'trastorno (de|del|por|bipolar|depres|mental|obsesiv|psic|adaptativ|afectiv|mixto|alimentari|esquizo|distimic|somato|limite|negativista|hipercinet|autista)', 'autolesion', 'salud mental', 'demencia', 'tdah\\b', 'alucinac', 'delirante',
    // fr
    'deprim', 'anxiet', 'anxieu', 'angoisse', 'trouble (mental|bipolaire|depressif|anxieux|de la personnalite|panique|obsess|du comportement|psych|de l.humeur|alimentaire|envahissant)', 'troubles (mentaux|du comportement|anxieux|depressifs|alimentaires|psych)', 'sante mentale', 'demence', 'boulimi', 'tentative de suicide', 'automutil',
    // nl, it, pt
    'depressieve', 'zelfmoord', 'stemmingsstoornis', 'persoonlijkheidsstoornis', 'dementie', 'eetstoornis', 'ggz\\b', 'angststoornis', 'dwangstoornis', 'ansia\\b', 'ansios', 'disturb[oi] (bipolar|depress|d.ansia|ment|di personal|oss|dell.umore|psic|aliment|schizo)', 'demenza', 'ansiedade', 'transtorno', 'esquizofren', 'autolesionis', 'saude mental', 'salute mentale',
    // ar
    'اكتئاب', 'مكتئب', 'قلق', 'نفسي', 'نفساني', 'ذهان', 'فصام', 'انتحار', 'ثنائي (ال)?قطب', 'هوس', 'هلع', 'رهاب', 'فوبيا', 'هلوس', 'هلاوس', 'خرف', 'توحد', 'وسواس', 'عقلي', 'فرط (ال)?(حركة|نشاط)', '(نقص|تشتت|قصور) (ال)?انتباه', '(كرب|صدمة) ما بعد', 'ما بعد الصدمة', '(إيذاء|أذى) (ال)?(نفس|ذات)', 'اضطراب(ات)? (ال)?(شخصية|مزاج|أكل|تكيف)', 'فقدان الشهية العصبي', 'نهام', '[سص]يرترالين', 'سرترالين', 'فلوكسي?تين', 'بروزاك', 'سيتالوبرام', 'اسيتالوبرام', 'باروكسي?تين', 'فينلافاكسين', 'دولوكسي?تين', 'ميرتازابين', 'أميتريبتيلين', 'كو[يا]?تيابين', 'أولانزابين', 'ريسبيريدون', 'أريبيبرازول', 'هالوبيريدول', 'كلوزابين', 'ليثيوم', 'ألبرازولام', 'زاناكس', 'لورازيبام', 'ديازيبام', 'فاليوم', 'كلونازيبام', 'ميثيل ?فينيدي?ت', 'ريتالين',
  ]],
];

/** Phrases in which such a word says something else; they are taken out first. */
// prettier-ignore
const OTHERWISE: readonly string[] = [
  '(st|t)[- ]?(segment|wave|strecken?)?s?[- ]depression', 'depresion del (segmento )?st', 'sous-?decalage',
  '(respiratory|cns|central nervous system|cardiac|myocardial|bone marrow|marrow|myelo|immune|ventricular|circulatory|skull|growth|reflex|inbreeding|venous)[- ]?(depression|depressed)', 'atemdepression', 'knochenmarksdepression', 'depresion (respiratoria|medular|del sistema nervioso central)', 'depression (respiratoire|medullaire)', 'depressed (skull |nasal )?fracture', 'fracture,? depressed', 'depressed (skull|nasal|sternum|bone|t wave|reflex|level of consciousness)', 'depression (of|in) (the )?(st|skull|bone|t wave|nasal|fracture|sternum|consciousness)', 'tongue depress', 'depressor',
  'bipolar[- ](hip|hemi|electro|caut|forceps|cup|prosthe|lead|pac|diatherm|turp|resect|coag|head|endoproth|cell|neuron|radiofreq|ablat|vapor|seal|stimul|saline|transurethral|shoulder|femoral|hook)\\w*', 'bipolare[rns]? (\\w*prothese|pinzette|koagulation|hufte)',
  '(isopropyl|isobutyl|ethyl|benzyl|cetyl|cetostearyl|stearyl|polyvinyl|wool|lanolin|phenethyl|phenylethyl|dichlorobenzyl|cinnamyl|butyl|propyl|oleyl|rubbing|denatured|sugar)[- ]?alcohols?', 'alcohol[- ]?(swab|wipe|prep|pad|rub|gel|based|free|hand|solution|antisep|preparation|pledget|dehydrogenase|isopropilic|isopropyl|cetilic|bencilic|polivinilic)\\w*', 'alkohol(tupfer|frei)\\w*', 'non[- ]?alcoholic', 'nicht-?alkohol\\w*', 'no alcoholic[ao]', 'non alcool\\w*', 'non alcolica', 'niet-alcohol\\w*',
  '(missed|spontaneous|threatened|inevitable|incomplete spontaneous|recurrent|habitual|septic spontaneous) abortion', 'aborto (espontaneo|retenido|diferido|spontaneo|interno|ritenuto)', 'avortement spontane', 'spontanabort\\w*', 'fausse couche',
  'anti-?(ds|ss|native )?-?dna', '(ds|ss)dna', 'double[- ]stranded dna', '(hepatitis|virus|viral|bacter|sars|hcv|hbv|hpv|ebv|cmv|hsv|mycobacter|tuberculosis|pathogen|strep|staph|influenza|plasmid|coronavirus|covid|borreli|parvovirus|polyomavirus)[^\\n]{0,40}(dna|rna|genom|genotyp|genetic)\\w*', '(dna|rna|genome|gene|genotyp\\w*|genetic material|genome copies)[^\\n]{0,20}(of|from|de|von)? ?(hepatitis|virus|sars|hcv|hbv|hpv|influenza|coronavirus|covid|mycobacter)', 'genome copies', 'genetically modified', 'genetical recombin\\w*', 'genetic recombin\\w*',
  'panic[- ](value|range|level|button|alarm|limit|high|low)\\w*', '(altered |functional or |cognitive or )?mental status(?! (disorder|problem))', 'mental(is|um|e)\\b', '(foramen|nervus) mental\\w*', 'mental (nerve|foramen|spine|protuberance|artery|muscle)', 'psychomotor', 'psyllium',
  '(hearing|walking|mobility|visual|daily|living|sleep|band|first|memory|teaching|decision|low vision|communication|lifting|bath)[- ]aids\\b', 'chlamyd\\w*[ .]pneumon\\w*', 'chlamydophila pneumon\\w*',
  'grey[- ]?scale', 'drug (allerg|interaction|reaction|eruption|monitoring|level|induced|rash|sensitiv)\\w*', 'sequelae? of drug allerg\\w*', 'lithium (battery|batteries|ion|heparin|grease)', 'heparin lithium', 'lithium-heparin\\w*', 'mirena vision',
  'مخدر (ال)?(موضعي|عام|نصفي)', 'كحول (ال)?(طبي|ايزوبروبيل|بنزيل|سيتيل)', 'غير (ال)?كحولي', 'خالي?ة? من الكحول', 'سيلان (ال)?(أنف|لعاب)', 'إجهاض (ال)?(تلقائي|عفوي|منسي|فائت|منذر|متكرر)', 'جنسي[ةه] ?:',
  'sexual maturity', 'sida\\b(?=[ -](a|b)\\b)',
];

const START = '(?<![\\p{L}\\p{N}])';
/** The article and particles, which Arabic writes together with the word. */
const JOINED = '(?:[وف]?(?:[بك]?ال|لل)|و)?';
const oneOf = (words: readonly string[]): string => {
  const arabic = words.filter((word) => /\p{Script=Arabic}/u.test(word));
  // Folded as the texts are, or a word with a mark of its own would never be found.
  const joined = arabic.length === 0 ? [] : [`${JOINED}(?:${arabic.map(folded).join('|')})`];
  return `${START}(?:${[...words.filter((word) => !arabic.includes(word)), ...joined].join('|')})`;
};
const PATTERNS = WORDS.map(([section, words]) => [section, new RegExp(oneOf(words), 'u')] as const);
const EXCEPT = new RegExp(oneOf(OTHERWISE), 'gu');

/** @param text as `folded` gives it */
export function sectionOfText(text: string): Sensitive | undefined {
  // Most texts have none of them: what says otherwise is looked for only then.
  if (!PATTERNS.some(([, pattern]) => pattern.test(text))) return undefined;
  const told = text.replaceAll(EXCEPT, ' ');
  return PATTERNS.find(([, pattern]) => pattern.test(told))?.[0];
}
