/** Vaccines: `ATC (WHO)|English|German|Spanish|Arabic`, other words for the same after commas. */
export const VACCINES = `
J07AE01|Cholera|Cholera|Cólera|الكوليرا
J07AG01|Haemophilus influenzae b,Hib|Haemophilus influenzae b,Hib|Haemophilus influenzae b|المستدمية النزلية b,Hib
J07AH|Meningococcus|Meningokokken|Meningococo|المكورات السحائية
J07AL|Pneumococcus|Pneumokokken|Neumococo|المكورات الرئوية
J07AM01|Tetanus|Tetanus|Tétanos|الكزاز,تيتانوس
J07AM51|Tetanus and diphtheria,Td|Tetanus und Diphtherie,Td|Tétanos y difteria|الكزاز والخناق,Td
J07AJ52|Tetanus, diphtheria and whooping cough,Tdap,pertussis|Tetanus, Diphtherie und Keuchhusten,Tdap|Tétanos, difteria y tosferina|الكزاز والخناق والسعال الديكي,Tdap
J07AN01|Tuberculosis,BCG|Tuberkulose,BCG|Tuberculosis,BCG|السل,BCG
J07AP|Typhoid|Typhus|Fiebre tifoidea|التيفوئيد,حمى التيفوئيد
J07BA01|Tick-borne encephalitis|FSME,Zecken|Encefalitis transmitida por garrapatas|التهاب الدماغ المنقول بالقراد
J07BA02|Japanese encephalitis|Japanische Enzephalitis|Encefalitis japonesa|التهاب الدماغ الياباني
J07BB|Influenza,flu|Grippe,Influenza|Gripe|الإنفلونزا
J07BC01|Hepatitis B|Hepatitis B|Hepatitis B|التهاب الكبد B,التهاب الكبد ب
J07BC02|Hepatitis A|Hepatitis A|Hepatitis A|التهاب الكبد A,التهاب الكبد أ
J07BC20|Hepatitis A and B|Hepatitis A und B|Hepatitis A y B|التهاب الكبد A وB
J07BD01|Measles|Masern|Sarampión|الحصبة
J07BD52|Measles, mumps and rubella,MMR|Masern, Mumps und Röteln,MMR|Sarampión, paperas y rubéola,triple vírica|الحصبة والنكاف والحصبة الألمانية,MMR,الثلاثي الفيروسي
J07BD54|Measles, mumps, rubella and chickenpox,MMRV|Masern, Mumps, Röteln und Windpocken,MMRV|Sarampión, paperas, rubéola y varicela|الحصبة والنكاف والحصبة الألمانية وجدري الماء,MMRV
J07BF03|Polio|Polio,Kinderlähmung|Polio|شلل الأطفال
J07BG|Rabies|Tollwut|Rabia|داء الكلب,سعار
J07BH|Rotavirus|Rotavirus|Rotavirus|فيروس الروتا
J07BK01|Chickenpox,varicella|Windpocken,Varizellen|Varicela|جدري الماء,الحماق
J07BK03|Shingles,zoster|Gürtelrose,Zoster|Herpes zóster|الحزام الناري
J07BL01|Yellow fever|Gelbfieber|Fiebre amarilla|الحمى الصفراء
J07BM|HPV,papillomavirus|HPV,Papillomviren|VPH,papiloma|فيروس الورم الحليمي,HPV
J07BN|COVID-19|COVID-19,Corona|COVID-19|كوفيد-19,كورونا
J07CA09|Six-in-one,diphtheria, tetanus, pertussis, polio, Hib and hepatitis B|Sechsfachimpfung|Hexavalente|اللقاح السداسي,سداسي`;
