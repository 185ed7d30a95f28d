/** Vaccines: `ATC (WHO)|English|German|Spanish`, other words for the same after commas. */
export const VACCINES = `
J07AE01|Cholera|Cholera|Cólera
J07AG01|Haemophilus influenzae b,Hib|Haemophilus influenzae b,Hib|Haemophilus influenzae b
J07AH|Meningococcus|Meningokokken|Meningococo
J07AL|Pneumococcus|Pneumokokken|Neumococo
J07AM01|Tetanus|Tetanus|Tétanos
J07AM51|Tetanus and diphtheria,Td|Tetanus und Diphtherie,Td|Tétanos y difteria
J07AJ52|Tetanus, diphtheria and whooping cough,Tdap,pertussis|Tetanus, Diphtherie und Keuchhusten,Tdap|Tétanos, difteria y tosferina
J07AN01|Tuberculosis,BCG|Tuberkulose,BCG|Tuberculosis,BCG
J07AP|Typhoid|Typhus|Fiebre tifoidea
J07BA01|Tick-borne encephalitis|FSME,Zecken|Encefalitis transmitida por garrapatas
J07BA02|Japanese encephalitis|Japanische Enzephalitis|Encefalitis japonesa
J07BB|Influenza,flu|Grippe,Influenza|Gripe
J07BC01|Hepatitis B|Hepatitis B|Hepatitis B
J07BC02|Hepatitis A|Hepatitis A|Hepatitis A
J07BC20|Hepatitis A and B|Hepatitis A und B|Hepatitis A y B
J07BD01|Measles|Masern|Sarampión
J07BD52|Measles, mumps and rubella,MMR|Masern, Mumps und Röteln,MMR|Sarampión, paperas y rubéola,triple vírica
J07BD54|Measles, mumps, rubella and chickenpox,MMRV|Masern, Mumps, Röteln und Windpocken,MMRV|Sarampión, paperas, rubéola y varicela
J07BF03|Polio|Polio,Kinderlähmung|Polio
J07BG|Rabies|Tollwut|Rabia
J07BH|Rotavirus|Rotavirus|Rotavirus
J07BK01|Chickenpox,varicella|Windpocken,Varizellen|Varicela
J07BK03|Shingles,zoster|Gürtelrose,Zoster|Herpes zóster
J07BL01|Yellow fever|Gelbfieber|Fiebre amarilla
J07BM|HPV,papillomavirus|HPV,Papillomviren|VPH,papiloma
J07BN|COVID-19|COVID-19,Corona|COVID-19
J07CA09|Six-in-one,diphtheria, tetanus, pertussis, polio, Hib and hepatitis B|Sechsfachimpfung|Hexavalente`;
