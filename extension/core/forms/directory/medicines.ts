/** Medicines that are common: `ATC (WHO)|English|German|Spanish|Arabic`, other words for the same after commas. */
export const MEDICINES = `
A02BA02|Ranitidine|Ranitidin|Ranitidina|رانيتيدين
A02BA03|Famotidine|Famotidin|Famotidina|فاموتيدين
A02BC01|Omeprazole|Omeprazol|Omeprazol|أوميبرازول
A02BC02|Pantoprazole|Pantoprazol|Pantoprazol|بانتوبرازول
A02BC03|Lansoprazole|Lansoprazol|Lansoprazol|لانسوبرازول
A02BC05|Esomeprazole|Esomeprazol|Esomeprazol|إيزوميبرازول
A03FA01|Metoclopramide|Metoclopramid|Metoclopramida|ميتوكلوبراميد
A03FA03|Domperidone|Domperidon|Domperidona|دومبيريدون
A04AA01|Ondansetron|Ondansetron|Ondansetrón|أوندانسيترون
A06AD11|Lactulose|Lactulose|Lactulosa|لاكتولوز
A07DA03|Loperamide|Loperamid|Loperamida|لوبيراميد
A07EC02|Mesalazine|Mesalazin|Mesalazina|ميسالازين
A10AB05|Insulin aspart|Insulin aspart|Insulina aspart|إنسولين أسبارت
A10AB04|Insulin lispro|Insulin lispro|Insulina lispro|إنسولين ليسبرو
A10AE04|Insulin glargine|Insulin glargin|Insulina glargina|إنسولين غلارجين
A10BA02|Metformin|Metformin|Metformina|ميتفورمين
A10BB12|Glimepiride|Glimepirid|Glimepirida|غليميبيريد
A10BB09|Gliclazide|Gliclazid|Gliclazida|غليكلازيد
A10BH01|Sitagliptin|Sitagliptin|Sitagliptina|سيتاغليبتين
A10BJ02|Liraglutide|Liraglutid|Liraglutida|ليراغلوتايد
A10BJ06|Semaglutide|Semaglutid|Semaglutida|سيماغلوتايد
A10BK01|Dapagliflozin|Dapagliflozin|Dapagliflozina|داباغليفلوزين
A10BK03|Empagliflozin|Empagliflozin|Empagliflozina|إمباغليفلوزين
A11CC05|Colecalciferol,vitamin D3|Colecalciferol,Vitamin D3|Colecalciferol,vitamina D3|كوليكالسيفيرول,فيتامين D3,فيتامين د3
A12AA04|Calcium carbonate|Calciumcarbonat|Carbonato de calcio|كربونات الكالسيوم
A12BA01|Potassium chloride|Kaliumchlorid|Cloruro de potasio|كلوريد البوتاسيوم
B01AA03|Warfarin|Warfarin|Warfarina|وارفارين
B01AA04|Phenprocoumon|Phenprocoumon,Marcumar|Fenprocumón|فينبروكومون
B01AA07|Acenocoumarol|Acenocoumarol|Acenocumarol|أسينوكومارول
B01AB05|Enoxaparin|Enoxaparin|Enoxaparina|إينوكسابارين
B01AC04|Clopidogrel|Clopidogrel|Clopidogrel|كلوبيدوغريل
B01AC06|Aspirin (low dose),acetylsalicylic acid (low dose)|ASS (niedrig dosiert),Acetylsalicylsäure (niedrig dosiert)|Ácido acetilsalicílico (dosis baja)|أسبرين (جرعة منخفضة),حمض أسيتيل الساليسيليك (جرعة منخفضة)
B01AC24|Ticagrelor|Ticagrelor|Ticagrelor|تيكاغريلور
B01AE07|Dabigatran|Dabigatran|Dabigatrán|دابيغاتران
B01AF01|Rivaroxaban|Rivaroxaban|Rivaroxabán|ريفاروكسابان
B01AF02|Apixaban|Apixaban|Apixabán|أبيكسابان
B01AF03|Edoxaban|Edoxaban|Edoxabán|إيدوكسابان
B03BB01|Folic acid|Folsäure|Ácido fólico|حمض الفوليك
B03BA01|Cyanocobalamin,vitamin B12|Cyanocobalamin,Vitamin B12|Cianocobalamina,vitamina B12|سيانوكوبالامين,فيتامين B12,فيتامين ب12
C01AA05|Digoxin|Digoxin|Digoxina|ديجوكسين
C01BD01|Amiodarone|Amiodaron|Amiodarona|أميودارون
C01DA02|Glyceryl trinitrate,nitroglycerin|Glyceroltrinitrat,Nitroglycerin|Nitroglicerina|نتروغليسرين
C02AC01|Clonidine|Clonidin|Clonidina|كلونيدين
C02CA04|Doxazosin|Doxazosin|Doxazosina|دوكسازوسين
C03AA03|Hydrochlorothiazide|Hydrochlorothiazid,HCT|Hidroclorotiazida|هيدروكلوروثيازيد
C03BA11|Indapamide|Indapamid|Indapamida|إنداباميد
C03CA01|Furosemide|Furosemid|Furosemida|فوروسيميد
C03CA04|Torasemide|Torasemid|Torasemida|توراسيميد
C03DA01|Spironolactone|Spironolacton|Espironolactona|سبيرونولاكتون
C03DA04|Eplerenone|Eplerenon|Eplerenona|إبليرينون
C07AA05|Propranolol|Propranolol|Propranolol|بروبرانولول
C07AB02|Metoprolol|Metoprolol|Metoprolol|ميتوبرولول
C07AB03|Atenolol|Atenolol|Atenolol|أتينولول
C07AB07|Bisoprolol|Bisoprolol|Bisoprolol|بيسوبرولول
C07AB12|Nebivolol|Nebivolol|Nebivolol|نيبيفولول
C07AG02|Carvedilol|Carvedilol|Carvedilol|كارفيديلول
C08CA01|Amlodipine|Amlodipin|Amlodipino|أملوديبين
C08CA05|Nifedipine|Nifedipin|Nifedipino|نيفيديبين
C08CA13|Lercanidipine|Lercanidipin|Lercanidipino|ليركانيديبين
C08DA01|Verapamil|Verapamil|Verapamilo|فيراباميل
C08DB01|Diltiazem|Diltiazem|Diltiazem|ديلتيازيم
C09AA01|Captopril|Captopril|Captopril|كابتوبريل
C09AA02|Enalapril|Enalapril|Enalapril|إنالابريل
C09AA03|Lisinopril|Lisinopril|Lisinopril|ليزينوبريل
C09AA04|Perindopril|Perindopril|Perindopril|بيريندوبريل
C09AA05|Ramipril|Ramipril|Ramipril|راميبريل
C09CA01|Losartan|Losartan|Losartán|لوسارتان
C09CA03|Valsartan|Valsartan|Valsartán|فالسارتان
C09CA04|Irbesartan|Irbesartan|Irbesartán|إربيسارتان
C09CA06|Candesartan|Candesartan|Candesartán|كانديسارتان
C09CA07|Telmisartan|Telmisartan|Telmisartán|تيلميسارتان
C09CA08|Olmesartan|Olmesartan|Olmesartán|أولميسارتان
C10AA01|Simvastatin|Simvastatin|Simvastatina|سيمفاستاتين
C10AA03|Pravastatin|Pravastatin|Pravastatina|برافاستاتين
C10AA05|Atorvastatin|Atorvastatin|Atorvastatina|أتورفاستاتين
C10AA07|Rosuvastatin|Rosuvastatin|Rosuvastatina|روسوفاستاتين
C10AX09|Ezetimibe|Ezetimib|Ezetimiba|إيزيتيميب
G03CA03|Estradiol|Estradiol|Estradiol|إستراديول
G04BD08|Solifenacin|Solifenacin|Solifenacina|سوليفيناسين
G04BE03|Sildenafil|Sildenafil|Sildenafilo|سيلدينافيل
G04CA02|Tamsulosin|Tamsulosin|Tamsulosina|تامسولوسين
G04CB01|Finasteride|Finasterid|Finasterida|فيناستيريد
H01BA02|Desmopressin|Desmopressin|Desmopresina|ديسموبريسين
H02AB02|Dexamethasone|Dexamethason|Dexametasona|ديكساميثازون
H02AB04|Methylprednisolone|Methylprednisolon|Metilprednisolona|ميثيل بريدنيزولون
H02AB06|Prednisolone|Prednisolon|Prednisolona|بريدنيزولون
H02AB07|Prednisone|Prednison|Prednisona|بريدنيزون
H02AB09|Hydrocortisone|Hydrocortison|Hidrocortisona|هيدروكورتيزون
H03AA01|Levothyroxine|Levothyroxin,L-Thyroxin|Levotiroxina|ليفوثيروكسين,ثيروكسين
H03BB02|Thiamazole,methimazole|Thiamazol|Tiamazol|ثيامازول,ميثيمازول
J01AA02|Doxycycline|Doxycyclin|Doxiciclina|دوكسيسيكلين
J01AA08|Minocycline|Minocyclin|Minociclina|مينوسيكلين
J01CA01|Ampicillin|Ampicillin|Ampicilina|أمبيسيلين
J01CA04|Amoxicillin|Amoxicillin|Amoxicilina|أموكسيسيلين
J01CE01|Benzylpenicillin,penicillin G|Benzylpenicillin,Penicillin G|Bencilpenicilina,penicilina G|بنزيل بنسلين,بنسلين G,بنسلين ج
J01CE02|Phenoxymethylpenicillin,penicillin V|Phenoxymethylpenicillin,Penicillin V|Fenoximetilpenicilina,penicilina V|فينوكسي ميثيل بنسلين,بنسلين V
J01CF05|Flucloxacillin|Flucloxacillin|Flucloxacilina|فلوكلوكساسيلين
J01CR02|Amoxicillin with clavulanic acid,co-amoxiclav,Augmentin|Amoxicillin mit Clavulansäure|Amoxicilina con ácido clavulánico|أموكسيسيلين مع حمض الكلافولانيك,أوغمنتين
J01CR05|Piperacillin with tazobactam|Piperacillin mit Tazobactam|Piperacilina con tazobactam|بيبيراسيلين مع تازوباكتام
J01DB01|Cefalexin|Cefalexin|Cefalexina|سيفاليكسين
J01DB04|Cefazolin|Cefazolin|Cefazolina|سيفازولين
J01DC02|Cefuroxime|Cefuroxim|Cefuroxima|سيفوروكسيم
J01DD04|Ceftriaxone|Ceftriaxon|Ceftriaxona|سيفترياكسون
J01DH02|Meropenem|Meropenem|Meropenem|ميروبينيم
J01EA01|Trimethoprim|Trimethoprim|Trimetoprima|تريميثوبريم
J01EE01|Co-trimoxazole,sulfamethoxazole with trimethoprim|Cotrimoxazol,Sulfamethoxazol mit Trimethoprim|Cotrimoxazol,sulfametoxazol con trimetoprima|كوتريموكسازول,سلفاميثوكسازول مع تريميثوبريم
J01FA01|Erythromycin|Erythromycin|Eritromicina|إريثروميسين
J01FA09|Clarithromycin|Clarithromycin|Claritromicina|كلاريثروميسين
J01FA10|Azithromycin|Azithromycin|Azitromicina|أزيثروميسين
J01FF01|Clindamycin|Clindamycin|Clindamicina|كليندامايسين
J01GB03|Gentamicin|Gentamicin|Gentamicina|جنتاميسين
J01MA02|Ciprofloxacin|Ciprofloxacin|Ciprofloxacino|سيبروفلوكساسين
J01MA12|Levofloxacin|Levofloxacin|Levofloxacino|ليفوفلوكساسين
J01MA14|Moxifloxacin|Moxifloxacin|Moxifloxacino|موكسيفلوكساسين
J01XA01|Vancomycin|Vancomycin|Vancomicina|فانكومايسين
J01XE01|Nitrofurantoin|Nitrofurantoin|Nitrofurantoína|نيتروفورانتوين
J01XX01|Fosfomycin|Fosfomycin|Fosfomicina|فوسفوميسين
J02AC01|Fluconazole|Fluconazol|Fluconazol|فلوكونازول
J05AB01|Aciclovir|Aciclovir|Aciclovir|أسيكلوفير
J05AB11|Valaciclovir|Valaciclovir|Valaciclovir|فالاسيكلوفير
L01BA01|Methotrexate (cancer)|Methotrexat (Krebs)|Metotrexato (cáncer)|ميثوتريكسات (سرطان)
L04AX03|Methotrexate|Methotrexat,MTX|Metotrexato|ميثوتريكسات
L04AX01|Azathioprine|Azathioprin|Azatioprina|أزاثيوبرين
L04AB04|Adalimumab|Adalimumab|Adalimumab|أداليموماب
L04AB01|Etanercept|Etanercept|Etanercept|إيتانيرسيبت
L02BA01|Tamoxifen|Tamoxifen|Tamoxifeno|تاموكسيفين
L02BG03|Anastrozole|Anastrozol|Anastrozol|أناستروزول
L02BG04|Letrozole|Letrozol|Letrozol|ليتروزول
M01AB05|Diclofenac|Diclofenac|Diclofenaco|ديكلوفيناك
M01AE01|Ibuprofen|Ibuprofen|Ibuprofeno|إيبوبروفين
M01AE02|Naproxen|Naproxen|Naproxeno|نابروكسين
M01AE17|Dexketoprofen|Dexketoprofen|Dexketoprofeno|ديكسكيتوبروفين
M01AH01|Celecoxib|Celecoxib|Celecoxib|سيليكوكسيب
M01AH05|Etoricoxib|Etoricoxib|Etoricoxib|إيتوريكوكسيب
M04AA01|Allopurinol|Allopurinol|Alopurinol|ألوبيورينول
M04AC01|Colchicine|Colchicin|Colchicina|كولشيسين
M05BA04|Alendronic acid|Alendronsäure|Ácido alendrónico|حمض أليندرونيك
N02AA01|Morphine|Morphin|Morfina|مورفين
N02AA05|Oxycodone|Oxycodon|Oxicodona|أوكسيكودون
N02AB03|Fentanyl|Fentanyl|Fentanilo|فنتانيل
N02AX02|Tramadol|Tramadol|Tramadol|ترامادول
N02BA01|Aspirin,acetylsalicylic acid|Aspirin,Acetylsalicylsäure,ASS|Aspirina,ácido acetilsalicílico|أسبرين,حمض أسيتيل الساليسيليك
N02BB02|Metamizole|Metamizol,Novalgin|Metamizol|ميتاميزول
N02BE01|Paracetamol,acetaminophen|Paracetamol|Paracetamol|باراسيتامول,أسيتامينوفين
N02CC01|Sumatriptan|Sumatriptan|Sumatriptán|سوماتريبتان
N02CC04|Rizatriptan|Rizatriptan|Rizatriptán|ريزاتريبتان
N03AB02|Phenytoin|Phenytoin|Fenitoína|فينيتوين
N03AE01|Clonazepam|Clonazepam|Clonazepam|كلونازيبام
N03AF01|Carbamazepine|Carbamazepin|Carbamazepina|كاربامازيبين
N03AG01|Valproic acid|Valproinsäure|Ácido valproico|حمض الفالبرويك,فالبروات
N03AX09|Lamotrigine|Lamotrigin|Lamotrigina|لاموتريجين
N03AX14|Levetiracetam|Levetiracetam|Levetiracetam|ليفيتيراسيتام
N04BA02|Levodopa with carbidopa|Levodopa mit Carbidopa|Levodopa con carbidopa|ليفودوبا مع كاربيدوبا
N05AH03|Olanzapine|Olanzapin|Olanzapina|أولانزابين
N05AH04|Quetiapine|Quetiapin|Quetiapina|كويتيابين
N05AX08|Risperidone|Risperidon|Risperidona|ريسبيريدون
N05AX12|Aripiprazole|Aripiprazol|Aripiprazol|أريبيبرازول
N05AN01|Lithium|Lithium|Litio|ليثيوم
N05BA01|Diazepam|Diazepam|Diazepam|ديازيبام
N05BA06|Lorazepam|Lorazepam|Lorazepam|لورازيبام
N05BA12|Alprazolam|Alprazolam|Alprazolam|ألبرازولام
N05CF01|Zopiclone|Zopiclon|Zopiclona|زوبيكلون
N05CF02|Zolpidem|Zolpidem|Zolpidem|زولبيديم
N06AA09|Amitriptyline|Amitriptylin|Amitriptilina|أميتريبتيلين
N06AB03|Fluoxetine|Fluoxetin|Fluoxetina|فلوكسيتين
N06AB04|Citalopram|Citalopram|Citalopram|سيتالوبرام
N06AB05|Paroxetine|Paroxetin|Paroxetina|باروكسيتين
N06AB06|Sertraline|Sertralin|Sertralina|سيرترالين
N06AB10|Escitalopram|Escitalopram|Escitalopram|إسيتالوبرام
N06AX11|Mirtazapine|Mirtazapin|Mirtazapina|ميرتازابين
N06AX16|Venlafaxine|Venlafaxin|Venlafaxina|فينلافاكسين
N06AX21|Duloxetine|Duloxetin|Duloxetina|دولوكسيتين
N06BA04|Methylphenidate|Methylphenidat|Metilfenidato|ميثيلفينيديت
N06DA02|Donepezil|Donepezil|Donepezilo|دونيبيزيل
R01AD09|Mometasone nasal spray|Mometason-Nasenspray|Mometasona nasal|موميتازون (بخاخ للأنف)
R03AC02|Salbutamol,albuterol|Salbutamol|Salbutamol|سالبوتامول
R03AK06|Salmeterol with fluticasone|Salmeterol mit Fluticason|Salmeterol con fluticasona|سالميتيرول مع فلوتيكازون
R03AK07|Formoterol with budesonide|Formoterol mit Budesonid|Formoterol con budesonida|فورموتيرول مع بوديزونيد
R03BA02|Budesonide (inhaled)|Budesonid (Inhalation)|Budesonida (inhalada)|بوديزونيد (استنشاق)
R03BB04|Tiotropium|Tiotropium|Tiotropio|تيوتروبيوم
R03DC03|Montelukast|Montelukast|Montelukast|مونتيلوكاست
R05DA04|Codeine|Codein|Codeína|كودايين
R06AE07|Cetirizine|Cetirizin|Cetirizina|سيتيريزين
R06AX13|Loratadine|Loratadin|Loratadina|لوراتادين
R06AX27|Desloratadine|Desloratadin|Desloratadina|ديسلوراتادين
S01EE01|Latanoprost eye drops|Latanoprost-Augentropfen|Latanoprost colirio|لاتانوبروست (قطرة للعين)
S01ED01|Timolol eye drops|Timolol-Augentropfen|Timolol colirio|تيمولول (قطرة للعين)`;
