/** Medicines that are common: `ATC (WHO)|English|German|Spanish`, other words for the same after commas. */
export const MEDICINES = `
A02BA02|Ranitidine|Ranitidin|Ranitidina
A02BA03|Famotidine|Famotidin|Famotidina
A02BC01|Omeprazole|Omeprazol|Omeprazol
A02BC02|Pantoprazole|Pantoprazol|Pantoprazol
A02BC03|Lansoprazole|Lansoprazol|Lansoprazol
A02BC05|Esomeprazole|Esomeprazol|Esomeprazol
A03FA01|Metoclopramide|Metoclopramid|Metoclopramida
A03FA03|Domperidone|Domperidon|Domperidona
A04AA01|Ondansetron|Ondansetron|Ondansetrón
A06AD11|Lactulose|Lactulose|Lactulosa
A07DA03|Loperamide|Loperamid|Loperamida
A07EC02|Mesalazine|Mesalazin|Mesalazina
A10AB05|Insulin aspart|Insulin aspart|Insulina aspart
A10AB04|Insulin lispro|Insulin lispro|Insulina lispro
A10AE04|Insulin glargine|Insulin glargin|Insulina glargina
A10BA02|Metformin|Metformin|Metformina
A10BB12|Glimepiride|Glimepirid|Glimepirida
A10BB09|Gliclazide|Gliclazid|Gliclazida
A10BH01|Sitagliptin|Sitagliptin|Sitagliptina
A10BJ02|Liraglutide|Liraglutid|Liraglutida
A10BJ06|Semaglutide|Semaglutid|Semaglutida
A10BK01|Dapagliflozin|Dapagliflozin|Dapagliflozina
A10BK03|Empagliflozin|Empagliflozin|Empagliflozina
A11CC05|Colecalciferol,vitamin D3|Colecalciferol,Vitamin D3|Colecalciferol,vitamina D3
A12AA04|Calcium carbonate|Calciumcarbonat|Carbonato de calcio
A12BA01|Potassium chloride|Kaliumchlorid|Cloruro de potasio
B01AA03|Warfarin|Warfarin|Warfarina
B01AA04|Phenprocoumon|Phenprocoumon,Marcumar|Fenprocumón
B01AA07|Acenocoumarol|Acenocoumarol|Acenocumarol
B01AB05|Enoxaparin|Enoxaparin|Enoxaparina
B01AC04|Clopidogrel|Clopidogrel|Clopidogrel
B01AC06|Aspirin (low dose),acetylsalicylic acid (low dose)|ASS (niedrig dosiert),Acetylsalicylsäure (niedrig dosiert)|Ácido acetilsalicílico (dosis baja)
B01AC24|Ticagrelor|Ticagrelor|Ticagrelor
B01AE07|Dabigatran|Dabigatran|Dabigatrán
B01AF01|Rivaroxaban|Rivaroxaban|Rivaroxabán
B01AF02|Apixaban|Apixaban|Apixabán
B01AF03|Edoxaban|Edoxaban|Edoxabán
B03BB01|Folic acid|Folsäure|Ácido fólico
B03BA01|Cyanocobalamin,vitamin B12|Cyanocobalamin,Vitamin B12|Cianocobalamina,vitamina B12
C01AA05|Digoxin|Digoxin|Digoxina
C01BD01|Amiodarone|Amiodaron|Amiodarona
C01DA02|Glyceryl trinitrate,nitroglycerin|Glyceroltrinitrat,Nitroglycerin|Nitroglicerina
C02AC01|Clonidine|Clonidin|Clonidina
C02CA04|Doxazosin|Doxazosin|Doxazosina
C03AA03|Hydrochlorothiazide|Hydrochlorothiazid,HCT|Hidroclorotiazida
C03BA11|Indapamide|Indapamid|Indapamida
C03CA01|Furosemide|Furosemid|Furosemida
C03CA04|Torasemide|Torasemid|Torasemida
C03DA01|Spironolactone|Spironolacton|Espironolactona
C03DA04|Eplerenone|Eplerenon|Eplerenona
C07AA05|Propranolol|Propranolol|Propranolol
C07AB02|Metoprolol|Metoprolol|Metoprolol
C07AB03|Atenolol|Atenolol|Atenolol
C07AB07|Bisoprolol|Bisoprolol|Bisoprolol
C07AB12|Nebivolol|Nebivolol|Nebivolol
C07AG02|Carvedilol|Carvedilol|Carvedilol
C08CA01|Amlodipine|Amlodipin|Amlodipino
C08CA05|Nifedipine|Nifedipin|Nifedipino
C08CA13|Lercanidipine|Lercanidipin|Lercanidipino
C08DA01|Verapamil|Verapamil|Verapamilo
C08DB01|Diltiazem|Diltiazem|Diltiazem
C09AA01|Captopril|Captopril|Captopril
C09AA02|Enalapril|Enalapril|Enalapril
C09AA03|Lisinopril|Lisinopril|Lisinopril
C09AA04|Perindopril|Perindopril|Perindopril
C09AA05|Ramipril|Ramipril|Ramipril
C09CA01|Losartan|Losartan|Losartán
C09CA03|Valsartan|Valsartan|Valsartán
C09CA04|Irbesartan|Irbesartan|Irbesartán
C09CA06|Candesartan|Candesartan|Candesartán
C09CA07|Telmisartan|Telmisartan|Telmisartán
C09CA08|Olmesartan|Olmesartan|Olmesartán
C10AA01|Simvastatin|Simvastatin|Simvastatina
C10AA03|Pravastatin|Pravastatin|Pravastatina
C10AA05|Atorvastatin|Atorvastatin|Atorvastatina
C10AA07|Rosuvastatin|Rosuvastatin|Rosuvastatina
C10AX09|Ezetimibe|Ezetimib|Ezetimiba
G03CA03|Estradiol|Estradiol|Estradiol
G04BD08|Solifenacin|Solifenacin|Solifenacina
G04BE03|Sildenafil|Sildenafil|Sildenafilo
G04CA02|Tamsulosin|Tamsulosin|Tamsulosina
G04CB01|Finasteride|Finasterid|Finasterida
H01BA02|Desmopressin|Desmopressin|Desmopresina
H02AB02|Dexamethasone|Dexamethason|Dexametasona
H02AB04|Methylprednisolone|Methylprednisolon|Metilprednisolona
H02AB06|Prednisolone|Prednisolon|Prednisolona
H02AB07|Prednisone|Prednison|Prednisona
H02AB09|Hydrocortisone|Hydrocortison|Hidrocortisona
H03AA01|Levothyroxine|Levothyroxin,L-Thyroxin|Levotiroxina
H03BB02|Thiamazole,methimazole|Thiamazol|Tiamazol
J01AA02|Doxycycline|Doxycyclin|Doxiciclina
J01AA08|Minocycline|Minocyclin|Minociclina
J01CA01|Ampicillin|Ampicillin|Ampicilina
J01CA04|Amoxicillin|Amoxicillin|Amoxicilina
J01CE01|Benzylpenicillin,penicillin G|Benzylpenicillin,Penicillin G|Bencilpenicilina,penicilina G
J01CE02|Phenoxymethylpenicillin,penicillin V|Phenoxymethylpenicillin,Penicillin V|Fenoximetilpenicilina,penicilina V
J01CF05|Flucloxacillin|Flucloxacillin|Flucloxacilina
J01CR02|Amoxicillin with clavulanic acid,co-amoxiclav,Augmentin|Amoxicillin mit Clavulansäure|Amoxicilina con ácido clavulánico
J01CR05|Piperacillin with tazobactam|Piperacillin mit Tazobactam|Piperacilina con tazobactam
J01DB01|Cefalexin|Cefalexin|Cefalexina
J01DB04|Cefazolin|Cefazolin|Cefazolina
J01DC02|Cefuroxime|Cefuroxim|Cefuroxima
J01DD04|Ceftriaxone|Ceftriaxon|Ceftriaxona
J01DH02|Meropenem|Meropenem|Meropenem
J01EA01|Trimethoprim|Trimethoprim|Trimetoprima
J01EE01|Co-trimoxazole,sulfamethoxazole with trimethoprim|Cotrimoxazol,Sulfamethoxazol mit Trimethoprim|Cotrimoxazol,sulfametoxazol con trimetoprima
J01FA01|Erythromycin|Erythromycin|Eritromicina
J01FA09|Clarithromycin|Clarithromycin|Claritromicina
J01FA10|Azithromycin|Azithromycin|Azitromicina
J01FF01|Clindamycin|Clindamycin|Clindamicina
J01GB03|Gentamicin|Gentamicin|Gentamicina
J01MA02|Ciprofloxacin|Ciprofloxacin|Ciprofloxacino
J01MA12|Levofloxacin|Levofloxacin|Levofloxacino
J01MA14|Moxifloxacin|Moxifloxacin|Moxifloxacino
J01XA01|Vancomycin|Vancomycin|Vancomicina
J01XE01|Nitrofurantoin|Nitrofurantoin|Nitrofurantoína
J01XX01|Fosfomycin|Fosfomycin|Fosfomicina
J02AC01|Fluconazole|Fluconazol|Fluconazol
J05AB01|Aciclovir|Aciclovir|Aciclovir
J05AB11|Valaciclovir|Valaciclovir|Valaciclovir
L01BA01|Methotrexate (cancer)|Methotrexat (Krebs)|Metotrexato (cáncer)
L04AX03|Methotrexate|Methotrexat,MTX|Metotrexato
L04AX01|Azathioprine|Azathioprin|Azatioprina
L04AB04|Adalimumab|Adalimumab|Adalimumab
L04AB01|Etanercept|Etanercept|Etanercept
L02BA01|Tamoxifen|Tamoxifen|Tamoxifeno
L02BG03|Anastrozole|Anastrozol|Anastrozol
L02BG04|Letrozole|Letrozol|Letrozol
M01AB05|Diclofenac|Diclofenac|Diclofenaco
M01AE01|Ibuprofen|Ibuprofen|Ibuprofeno
M01AE02|Naproxen|Naproxen|Naproxeno
M01AE17|Dexketoprofen|Dexketoprofen|Dexketoprofeno
M01AH01|Celecoxib|Celecoxib|Celecoxib
M01AH05|Etoricoxib|Etoricoxib|Etoricoxib
M04AA01|Allopurinol|Allopurinol|Alopurinol
M04AC01|Colchicine|Colchicin|Colchicina
M05BA04|Alendronic acid|Alendronsäure|Ácido alendrónico
N02AA01|Morphine|Morphin|Morfina
N02AA05|Oxycodone|Oxycodon|Oxicodona
N02AB03|Fentanyl|Fentanyl|Fentanilo
N02AX02|Tramadol|Tramadol|Tramadol
N02BA01|Aspirin,acetylsalicylic acid|Aspirin,Acetylsalicylsäure,ASS|Aspirina,ácido acetilsalicílico
N02BB02|Metamizole|Metamizol,Novalgin|Metamizol
N02BE01|Paracetamol,acetaminophen|Paracetamol|Paracetamol
N02CC01|Sumatriptan|Sumatriptan|Sumatriptán
N02CC04|Rizatriptan|Rizatriptan|Rizatriptán
N03AB02|Phenytoin|Phenytoin|Fenitoína
N03AE01|Clonazepam|Clonazepam|Clonazepam
N03AF01|Carbamazepine|Carbamazepin|Carbamazepina
N03AG01|Valproic acid|Valproinsäure|Ácido valproico
N03AX09|Lamotrigine|Lamotrigin|Lamotrigina
N03AX14|Levetiracetam|Levetiracetam|Levetiracetam
N04BA02|Levodopa with carbidopa|Levodopa mit Carbidopa|Levodopa con carbidopa
N05AH03|Olanzapine|Olanzapin|Olanzapina
N05AH04|Quetiapine|Quetiapin|Quetiapina
N05AX08|Risperidone|Risperidon|Risperidona
N05AX12|Aripiprazole|Aripiprazol|Aripiprazol
N05AN01|Lithium|Lithium|Litio
N05BA01|Diazepam|Diazepam|Diazepam
N05BA06|Lorazepam|Lorazepam|Lorazepam
N05BA12|Alprazolam|Alprazolam|Alprazolam
N05CF01|Zopiclone|Zopiclon|Zopiclona
N05CF02|Zolpidem|Zolpidem|Zolpidem
N06AA09|Amitriptyline|Amitriptylin|Amitriptilina
N06AB03|Fluoxetine|Fluoxetin|Fluoxetina
N06AB04|Citalopram|Citalopram|Citalopram
N06AB05|Paroxetine|Paroxetin|Paroxetina
N06AB06|Sertraline|Sertralin|Sertralina
N06AB10|Escitalopram|Escitalopram|Escitalopram
N06AX11|Mirtazapine|Mirtazapin|Mirtazapina
N06AX16|Venlafaxine|Venlafaxin|Venlafaxina
N06AX21|Duloxetine|Duloxetin|Duloxetina
N06BA04|Methylphenidate|Methylphenidat|Metilfenidato
N06DA02|Donepezil|Donepezil|Donepezilo
R01AD09|Mometasone nasal spray|Mometason-Nasenspray|Mometasona nasal
R03AC02|Salbutamol,albuterol|Salbutamol|Salbutamol
R03AK06|Salmeterol with fluticasone|Salmeterol mit Fluticason|Salmeterol con fluticasona
R03AK07|Formoterol with budesonide|Formoterol mit Budesonid|Formoterol con budesonida
R03BA02|Budesonide (inhaled)|Budesonid (Inhalation)|Budesonida (inhalada)
R03BB04|Tiotropium|Tiotropium|Tiotropio
R03DC03|Montelukast|Montelukast|Montelukast
R05DA04|Codeine|Codein|Codeína
R06AE07|Cetirizine|Cetirizin|Cetirizina
R06AX13|Loratadine|Loratadin|Loratadina
R06AX27|Desloratadine|Desloratadin|Desloratadina
S01EE01|Latanoprost eye drops|Latanoprost-Augentropfen|Latanoprost colirio
S01ED01|Timolol eye drops|Timolol-Augentropfen|Timolol colirio`;
